"""`python -m services.worker.health.check STATE_FILE`: the health check of a worker's container.

A container engine restarts a container that has ended, not one that is unhealthy. So this check
asks a worker without progress to end, and kills it if it does not. As it runs every few seconds, it
imports only the standard library and asks the worker for what is expensive to find out.
"""

import os
import signal
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import HTTPError

ANSWER_SECONDS = 5.0
# Longer than a worker needs to start and to take waiting messages.
STALLED_SECONDS = 90.0
# Longer than a worker needs to finish what it has begun.
GRACE_SECONDS = 40.0
INIT = 1
EVERY_OTHER_PROCESS = -1


def find_problem(port: str) -> str | None:
    """Return the problem of the worker on this metrics port; None if it makes progress."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=ANSWER_SECONDS).close()
    except HTTPError as error:
        return error.read().decode()
    except OSError as error:
        return f"The worker does not answer on port {port}: {error}."
    return None


def seconds_unwell(state: Path, is_well: bool) -> float:
    """Return for how many seconds the checks have failed; the file stores the start."""
    if is_well:
        state.unlink(missing_ok=True)
        return 0.0
    if not state.exists():
        state.touch()
    return time.time() - state.stat().st_mtime


def end_worker(seconds: float) -> None:
    """End a worker that has been unwell for that long: by SIGTERM, after a grace period by SIGKILL.

    The kernel protects process 1 from SIGKILL, but the container ends with the worker, its child.
    """
    if seconds > STALLED_SECONDS + GRACE_SECONDS:
        os.kill(EVERY_OTHER_PROCESS, signal.SIGKILL)
    elif seconds > STALLED_SECONDS:
        os.kill(INIT, signal.SIGTERM)


def main(state: str) -> int:
    """Return exit code 1, and print a sentence, if there is a problem."""
    problem = find_problem(os.environ["TAGLOOP_METRICS_PORT"])
    seconds = seconds_unwell(Path(state), is_well=problem is None)
    if problem is None:
        return 0
    print(problem, file=sys.stderr)
    end_worker(seconds)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
