"""The usual design: Flask saves the file, one Celery task per image, PIL, eager torch.

It uses the same embedded Postgres and Redis as Tagloop, and the same client.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import psycopg2
from psycopg2.extensions import connection

from bench.setup.errors import BenchError
from bench.setup.pictures import Pictures
from bench.setup.processes import cpu_seconds, running_program
from bench.setup.room import HOST, Room, free_port, new_owner
from bench.throughput.load import sending
from bench.throughput.peers.usual_settings import (
    BROKER_VARIABLE,
    DATABASE_VARIABLE,
    TABLES,
    UPLOADS_VARIABLE,
)
from bench.throughput.rows.tagloop import GENERATOR, cpu_ms
from bench.throughput.rows.throughput import Contestant, Measurement
from tagloop.local.environment import DATABASE_NAME, DATABASE_ROLE, broker_url
from tagloop.local.servers import backing
from tagloop.local.servers.postgres import PORT

WEB_PROCESSES = 2
WEB_THREADS = 16
CONNECTIONS = 4
WARM_UP_IMAGES = 32
TAGGED_SECONDS = 900.0
LOOK_SECONDS = 0.02
START_SECONDS = 60.0


@dataclass(frozen=True)
class Usual:
    """The running peer."""

    port: int
    database: connection

    def tag(self, pictures: Pictures, images: int) -> tuple[sending.Sent, float]:
        """Upload pictures and wait for the tags; return the monotonic time when all are stored."""
        owner = new_owner()
        sent = sending.send(self.port, f"/images?owner={owner}", pictures, images, CONNECTIONS)
        deadline = time.monotonic() + TAGGED_SECONDS
        while self._count_tagged(owner) < images:
            if time.monotonic() > deadline:
                raise BenchError("The usual design has not tagged everything in 15 minutes.")
            time.sleep(LOOK_SECONDS)
        return sent, time.monotonic()

    def _count_tagged(self, owner: str) -> int:
        with self.database, self.database.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pictures WHERE owner = %s AND status = 'tagged'", (owner,)
            )
            row = cursor.fetchone()
            return int(row[0]) if row else 0


@contextmanager
def running_usual(room: Room) -> Iterator[Usual]:
    """Start Postgres, Redis, Flask under gunicorn and Celery, and warm them up."""
    port = free_port()
    with ExitStack() as stack:
        data = stack.enter_context(backing.running(room.part("usual")))
        dsn = f"host={data.sockets} port={PORT} user={DATABASE_ROLE} dbname={DATABASE_NAME}"
        database = psycopg2.connect(dsn)
        stack.callback(database.close)
        with database, database.cursor() as cursor:
            cursor.execute(TABLES)
        environment = {
            DATABASE_VARIABLE: dsn,
            BROKER_VARIABLE: broker_url(data),
            UPLOADS_VARIABLE: str(room.part("usual-uploads")),
        }
        celery = [
            *(sys.executable, "-m", "celery", "-A", "bench.throughput.peers.usual_tasks", "worker"),
            *("--pool", "prefork", "--concurrency", str(os.cpu_count() or 1)),
        ]
        web = [
            *(sys.executable, "-m", "gunicorn", "--worker-class", "gthread"),
            *("--workers", str(WEB_PROCESSES), "--threads", str(WEB_THREADS)),
            *("--bind", f"{HOST}:{port}", "bench.throughput.peers.usual_web:create_app()"),
        ]
        stack.enter_context(running_program(celery, room.log("usual-celery"), environment))
        stack.enter_context(running_program(web, room.log("usual-web"), environment))
        usual = Usual(port, database)
        sending.await_port(port, START_SECONDS)
        usual.tag(room.pictures, WARM_UP_IMAGES)
        yield usual


def measure_usual(room: Room, pictures: Pictures, images: int) -> Measurement:
    """Measure from the first upload until the last image is tagged in Postgres."""
    with running_usual(room) as usual:
        before = cpu_seconds()
        sent, tagged_at = usual.tag(pictures, images)
        used = cpu_ms(before, cpu_seconds(), images)
    used[GENERATOR] = 1000 * sent.cpu_seconds / images
    return Measurement(images / (tagged_at - sent.started), used)


USUAL = Contestant("usual", "(a) Flask + Celery prefork + torch", 400, measure_usual)
LARGE_USUAL = Contestant("usual", USUAL.label, 60, measure_usual)
