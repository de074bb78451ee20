"""Run Tagloop as `make up` starts it, during a measurement."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text

from bench.setup.errors import BenchError
from bench.setup.pictures import Pictures
from bench.setup.processes import running_program, wait_until, wait_until_quiet
from bench.setup.room import HOST, Room, free_port, new_owner
from bench.throughput.load import sending
from shared.db.connection.engine import connect_engine, transaction
from tagloop.local.datadir import open_data_dir
from tagloop.local.environment import database_url
from tagloop.local.readiness import is_ready

DATA = "tagloop"
WARM_UP_IMAGES = 64
CONNECTIONS = 4
TAGGED_SECONDS = 900.0
LOOK_SECONDS = 0.02


@dataclass(frozen=True)
class Tagloop:
    """A running stack."""

    port: int
    engine: Engine

    @property
    def address(self) -> str:
        """Its address."""
        return f"http://{HOST}:{self.port}"

    def path(self, owner: str, wait_seconds: float = 0) -> str:
        """Return the path for uploading pictures of an owner."""
        return f"/v1/images?owner={owner}&wait={wait_seconds:g}"

    def send(self, pictures: Pictures, owner: str, images: int) -> sending.Sent:
        """Upload pictures one by one, as fast as the server accepts them."""
        return sending.send(self.port, self.path(owner), pictures, images, CONNECTIONS)

    def wait_until_tagged(self, owner: str, images: int) -> float:
        """Wait until all images of an owner are tagged; return the monotonic time.

        Raises BenchError if one failed, or after 15 minutes.
        """
        deadline = time.monotonic() + TAGGED_SECONDS
        while (counts := self._count(owner)).get("tagged", 0) < images:
            if counts.get("failed"):
                raise BenchError(f"{counts['failed']} images failed.")
            if time.monotonic() > deadline:
                raise BenchError(f"Not tagged after {TAGGED_SECONDS:.0f} s: {counts}.")
            time.sleep(LOOK_SECONDS)
        return time.monotonic()

    def count_queued(self, owner: str) -> int:
        """Return how many images of an owner are still queued."""
        return self._count(owner).get("queued", 0)

    def _count(self, owner: str) -> dict[str, int]:
        with transaction(self.engine) as connection:
            rows = connection.execute(
                text("SELECT status, count(*) FROM images WHERE owner = :owner GROUP BY status"),
                {"owner": owner},
            )
            return {row[0]: row[1] for row in rows}


def up_command(port: int, data: Path) -> list[str]:
    """Return the command that `make up` runs."""
    return [sys.executable, "-m", "tagloop.cli", "up", "--port", str(port), "--data", str(data)]


@contextmanager
def running_tagloop(room: Room, folder: str = DATA) -> Iterator[Tagloop]:
    """Start the whole stack and warm it up; the data folder is kept between rounds."""
    data, log, port = room.part(folder), room.log("tagloop"), free_port()
    with running_program(up_command(port, data), log) as process:
        wait_until(lambda: is_ready(HOST, port), "Tagloop", process, log)
        engine = connect_engine(database_url(open_data_dir(data)), pool_size=1)
        try:
            stack = Tagloop(port, engine)
            owner = new_owner()
            stack.send(room.pictures, owner, WARM_UP_IMAGES)
            stack.wait_until_tagged(owner, WARM_UP_IMAGES)
            # The trainer still loads torch for some seconds after the web services answer.
            wait_until_quiet()
            yield stack
        finally:
            engine.dispose()
