"""A pass of the bridge: list, send, read back, write."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from sqlalchemy import Connection, Engine

from shared.db.connection.engine import transaction
from shared.db.events.immich import BridgeRun, check_run
from tagloop.client.client import Client
from tagloop.exchange.immich.api import Immich
from tagloop.exchange.immich.report import BridgeReport


@dataclass(frozen=True, slots=True)
class Options:
    """What the user chose. root: the parent of all tags in Immich; precision: of written tags.

    user: the person whose corrections these are. deletes_images: whether pictures that were deleted
    in Immich are deleted here too.
    """

    owner: str
    root: str
    precision: float
    user: str
    deletes_images: bool = False
    is_dry_run: bool = False


@dataclass(frozen=True)
class Bridge:
    """The servers, state and options of a pass."""

    immich: Immich
    client: Client
    engine: Engine
    run: BridgeRun
    options: Options
    report: BridgeReport
    stop: Event
    # Touched while the bridge works, for a health check.
    alive: Path | None = None

    @contextmanager
    def state(self) -> Iterator[Connection]:
        """Yield a transaction on the bridge's state.

        Raises:
            Conflict: another process has taken the bridge over.
        """
        if self.alive is not None:
            self.alive.touch()
        with transaction(self.engine) as connection:
            if not self.options.is_dry_run:
                check_run(connection, self.run)
            yield connection

    def value_of(self, path: str) -> str:
        """Return the tag in Immich for a path of words."""
        return f"{self.options.root}/{path}"

    def is_own(self, value: str) -> bool:
        """Return whether a tag in Immich is below the bridge's parent tag."""
        return value.startswith(f"{self.options.root}/")
