"""A stand-in for Immich, and bridges between it and a running Tagloop."""

from collections.abc import Callable, Iterator
from threading import Event

import pytest
from sqlalchemy import Engine

from tagloop.client.client import Client
from tagloop.exchange.immich.api import Immich
from tagloop.exchange.immich.bridge import Options
from tagloop.exchange.immich.run import Passes, open_bridge
from tagloop.exchange.immich.transport import ImmichTransport
from tagloop.local.settings import open_database
from tests.acceptance.conftest import Server
from tests.support.immich.library import Library
from tests.support.immich.server import KEY, StandIn, serving


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with serving(Library()) as stand_in:
        yield stand_in


@pytest.fixture
def engine(server: Server) -> Iterator[Engine]:
    engine = open_database(server.data, connections=2)
    yield engine
    engine.dispose()


@pytest.fixture
def start(server: Server, engine: Engine, stand_in: StandIn) -> Callable[..., Passes]:
    """Starts a bridge for an owner, who is its connection's name too."""

    def start(owner: str, *, step: Callable[[], None] | None = None, **options: bool) -> Passes:
        stop = Event()
        transport = ImmichTransport(stand_in.url, KEY, stop, give_up_seconds=0.0)
        client = Client(server.url)
        if step:
            count_steps(transport, "_once", step)
            count_steps(client, "call", step)
        return open_bridge(
            Immich(transport),
            client,
            engine,
            name=owner,
            options=Options(owner, "Tagloop", 0.7, "immich", **options),
            stop=stop,
        )

    return start


def count_steps(target: object, name: str, step: Callable[[], None]) -> None:
    """Call `step` before and after each call of a method."""
    method = getattr(target, name)

    def counted(*arguments: object, **named: object) -> object:
        step()
        answer = method(*arguments, **named)
        step()
        return answer

    setattr(target, name, counted)
