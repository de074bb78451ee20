"""The programs of the stack, as `Program`s for the supervisor."""

import signal
import sys

from shared.messaging.celery_app import TRAINING, WORKER_QUEUES
from tagloop.local import readiness
from tagloop.local.addresses import Address
from tagloop.local.datadir import DataDir
from tagloop.local.environment import child_environment
from tagloop.local.supervisor.child import Program

# Longer than gunicorn's graceful time-out, and than the worker's longest batch.
WEB_STOP_SECONDS = 15.0
WORKER_STOP_SECONDS = 30.0
# A run cannot be interrupted; a killed one starts again at the next start.
TRAINER_STOP_SECONDS = 5.0
# Learning is never urgent and must not slow down uploads on the same cores.
TRAINER_NICENESS = 10
# Between two matrix products, OpenBLAS' threads would spin on cores that the lanes need: a third of
# the worker's CPU time.
ONE_BLAS_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
# glibc keeps a heap for each thread and, once large blocks were freed, no longer maps such blocks
# on their own: after some uploads and thumbnails a web process would hold twice the memory that it
# uses.
FRUGAL_MALLOC = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "2097152",
    "MALLOC_TRIM_THRESHOLD_": "8388608",
}
CELERY = (sys.executable, "-m", "celery", "-A", "services.worker.main")


def migrate(data: DataDir) -> Program:
    """Bring the schema up to date and end."""
    command = (sys.executable, "-m", "shared.db.migrate")
    return Program("migrate", command, child_environment(data))


def web(data: DataDir, address: Address) -> Program:
    """Return the program of all web services behind one gunicorn."""
    command = (
        *(sys.executable, "-m", "gunicorn", "--config", "python:shared.web.server.gunicorn_config"),
        *("--bind", address.bind, "tagloop.local.web:create_app()"),
    )
    return Program(
        "web",
        command,
        child_environment(data) | FRUGAL_MALLOC,
        stop_seconds=WEB_STOP_SECONDS,
        # gunicorn's quick stop, which ends its workers too.
        death_signal=signal.SIGQUIT,
    )


def worker(data: DataDir, address: Address) -> Program:
    """Return the Celery worker that tags; the web side tells whether it makes progress."""
    command = (
        *(*CELERY, "worker", "--pool", "threads", "--queues", ",".join(WORKER_QUEUES)),
        *("--loglevel", "INFO", "--without-gossip", "--without-mingle"),
    )
    return Program(
        "worker",
        command,
        child_environment(data) | ONE_BLAS_THREAD,
        stop_seconds=WORKER_STOP_SECONDS,
        makes_progress=lambda: not readiness.is_stalled(address.from_here, address.port),
    )


def trainer(data: DataDir) -> Program:
    """Return the Celery worker that learns from corrections."""
    command = (
        *(sys.executable, "-m", "celery", "-A", "services.trainer.main", "worker"),
        *("--pool", "threads", "--queues", TRAINING),
        *("--loglevel", "INFO", "--without-gossip", "--without-mingle"),
    )
    return Program(
        "trainer",
        command,
        child_environment(data),
        stop_seconds=TRAINER_STOP_SECONDS,
        niceness=TRAINER_NICENESS,
    )


def beat(data: DataDir) -> Program:
    """Return Celery's clock for periodic tasks."""
    command = (*CELERY, "beat", "--loglevel", "INFO", "--schedule", str(data.beat_schedule))
    return Program("beat", (*command, "--pidfile="), child_environment(data))
