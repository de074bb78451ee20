"""Checks before gunicorn starts to serve."""

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
    """Exit with a message if the setup is unsafe.

    That is: other machines could connect without a key, or Prometheus would see the counters of
    only one process at a time.
    """
    try:
        settings = load_settings()
        for address in server.cfg.address:
            # Only this machine can reach a Unix socket.
            if isinstance(address, tuple):
                refuse_open_door(settings.auth, str(address[0]))
        _refuse_lonely_counters(server.cfg.workers)
        # Both connect only when first used, which is after the fork. If each process checked this,
        # gunicorn could fail on the second one while it stops for the first.
        connect_engine(settings.database_url, pool_size=1)
        Storage(settings.storage_url)
    except ConfigError as error:
        sys.exit(str(error))
    configure_logs(settings)
    _log_as_others(server)


def _log_as_others(server: Arbiter) -> None:
    """Write gunicorn's own log lines in JSON, to the same place as its workers'."""
    own = server.log.error_log
    own.handlers.clear()
    own.propagate = True


def _refuse_lonely_counters(processes: int) -> None:
    """Raise an error if counters would not be shared: Prometheus reads a different process each
    time.

    Raises:
        ConfigError: there are several processes, and no folder for their counters.
    """
    if processes > 1 and not os.environ.get(MULTIPROCESS_VARIABLE):
        raise ConfigError(
            f"{MULTIPROCESS_VARIABLE} is not set: name an empty folder in which the {processes} "
            "processes of this gunicorn share their counters."
        )
