"""How gunicorn serves all web services on one port; the address comes from the command line."""

from gunicorn import util
from gunicorn.arbiter import Arbiter
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.base import Worker
from prometheus_client.multiprocess import mark_process_dead

from shared.web.server.checks import on_starting
from shared.web.server.refusals import write_problem
from shared.web.waiting import THREADS

__all__ = ["on_starting"]

# As much as ingest asks for at a time. With gunicorn's 1 MiB, what came too early is copied again
# at every read, and each receive takes fresh pages from the kernel: a quarter of the CPU time of
# an upload.
SocketUnreader.max_body_chunk = 64 * 1024
util.write_error = write_problem

worker_class = "shared.web.server.gunicorn_worker.WebWorker"
workers = 2
# For requests that are there; those that still arrive have others (lanes.py).
threads = THREADS
# Seconds: a worker that does not report for so long is replaced, and how long one that is asked
# to stop may finish its requests.
timeout = 60
graceful_timeout = 10
# Longer than clients and proxies keep a connection, so that they are the ones who close it.
keepalive = 75
preload_app = False
accesslog = None
errorlog = "-"
control_socket_disable = True


def child_exit(server: Arbiter, worker: Worker) -> None:
    """Forget the gauges of a worker that has ended; its counters stay."""
    mark_process_dead(worker.pid)
