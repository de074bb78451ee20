"""What every gunicorn of Tagloop checks before it serves."""

import os
import sys

from gunicorn.arbiter import Arbiter

from shared.auth.loopback import refuse_open_door
from shared.config import load_settings
from shared.db.connection.engine import connect_engine
from shared.errors import ConfigError
from shared.observability.logs import configure_logs
from shared.observability.metrics_export import MULTIPROCESS_VARIABLE
from shared.storage.storage import Storage


def on_starting(server: Arbiter) -> None:
    """End with a sentence where others than this machine could come in without a key, or where
    each process would tell Prometheus only of itself.
    """
    try:
        settings = load_settings()
        for address in server.cfg.address:
            # A Unix socket is a path: whoever reaches it is on this machine.
            if isinstance(address, tuple):
                refuse_open_door(settings.auth, str(address[0]))
        _refuse_lonely_counters(server.cfg.workers)
        # Both connect only when first used, which is after the fork. Found out in each process
        # instead, gunicorn may stumble over the second one while it stops for the first.
        connect_engine(settings.database_url, pool_size=1)
        Storage(settings.storage_url)
    except ConfigError as error:
        sys.exit(str(error))
    configure_logs(settings)
    _log_as_others(server)


def _log_as_others(server: Arbiter) -> None:
    """Have gunicorn's own lines go where those of its processes go, in JSON."""
    own = server.log.error_log
    own.handlers.clear()
    own.propagate = True


def _refuse_lonely_counters(processes: int) -> None:
    """Prometheus reaches now one process, now another: counters would go up and down.

    Raises:
        ConfigError: there are several processes, and no folder for what they count.
    """
    if processes > 1 and not os.environ.get(MULTIPROCESS_VARIABLE):
        raise ConfigError(
            f"{MULTIPROCESS_VARIABLE} is not set: name an empty folder in which the {processes} "
            "processes of this gunicorn share their counters."
        )
