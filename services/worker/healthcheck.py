"""`python -m services.worker.healthcheck [STATE FILE]`: whether the worker of this container works.

A container engine restarts what has ended, not what is unhealthy. So where images have waited for
long and no worker has held any, process 1 is asked to end.
"""

import os
import signal
import sys
import time
import urllib.request
from pathlib import Path

from shared.config import load_settings
from shared.db.connection.engine import connect_engine, transaction
from shared.db.monitoring.backlog import is_stalled
from shared.errors import TagloopError

ANSWER_SECONDS = 5.0
# Longer than a worker needs to start and to take what waits.
STALLED_SECONDS = 90.0
INIT = 1


def check(port: int, database_url: str) -> None:
    """Return if the worker answers and images do not wait in vain.

    Raises:
        OSError: it does not answer.
        TagloopError: the database does not answer, or nothing gets tagged.
    """
    urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=ANSWER_SECONDS).close()
    with transaction(connect_engine(database_url, pool_size=1)) as connection:
        if is_stalled(connection):
            raise TagloopError("Images wait, and no worker holds any.")


def is_overdue(state: Path, works: bool) -> bool:
    """Whether it has not worked for too long; remembers in a file since when."""
    if works:
        state.unlink(missing_ok=True)
        return False
    if not state.exists():
        state.touch()
    return time.time() - state.stat().st_mtime > STALLED_SECONDS


def main(arguments: list[str]) -> int:
    """Exit code 1 and a sentence where something is wrong."""
    try:
        settings = load_settings()
        check(settings.metrics_port, settings.database_url)
    except (OSError, TagloopError) as error:
        print(error, file=sys.stderr)
        if arguments and is_overdue(Path(arguments[0]), works=False):
            os.kill(INIT, signal.SIGTERM)
        return 1
    if arguments:
        is_overdue(Path(arguments[0]), works=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
