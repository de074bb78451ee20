"""gunicorn's settings for all web services on one port; the address comes from the command line."""

from gunicorn import util
from gunicorn.arbiter import Arbiter
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.base import Worker
from prometheus_client.multiprocess import mark_process_dead

from shared.web.requests.waiting import THREADS
from shared.web.server.checks import on_starting
from shared.web.server.refusals import write_problem

__all__ = ["on_starting"]

# The size of ingest's reads. With gunicorn's 1 MiB, surplus bytes are copied again at every read,
# and each receive takes fresh pages from the kernel: a quarter of the CPU time of an upload.
SocketUnreader.max_body_chunk = 64 * 1024
util.write_error = write_problem

worker_class = "shared.web.server.gunicorn_worker.WebWorker"
workers = 2
# For complete requests; those still arriving have other threads (thread_pools.py).
threads = THREADS
# Seconds until an unresponsive worker is replaced, and for requests to finish on shutdown.
timeout = 60
graceful_timeout = 10
# Longer than clients and proxies keep a connection, so that they close it first.
keepalive = 75
preload_app = False
accesslog = None
errorlog = "-"
control_socket_disable = True


def child_exit(server: Arbiter, worker: Worker) -> None:
    """Drop the gauges of a worker that has ended; its counters stay."""
    mark_process_dead(worker.pid)
