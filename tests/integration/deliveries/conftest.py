"""A sender, and a receiver that it may send to, for tests of deliveries."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from services.feedback.app import create_app
from services.worker.delivery import Sender, post
from shared.config import Settings
from shared.storage.storage import Storage
from tests.support.events.receiver import Receiver, receiving
from tests.support.learning.training import insert_version
from tests.support.pictures.rows import insert_row, set_row, show_tag

SHORT_ATTEMPT_SECONDS = 1.0
LONG_ATTEMPT_SECONDS = 120.0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"delivery_allowed_hosts": frozenset({"127.0.0.1"})})


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


@pytest.fixture
def short_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts time out soon, so that no test waits for 15 s."""
    monkeypatch.setattr(post, "ATTEMPT_SECONDS", SHORT_ATTEMPT_SECONDS)


@pytest.fixture
def long_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts last long enough that a hanging receiver is still in its first when a slow machine
    looks.
    """
    monkeypatch.setattr(post, "ATTEMPT_SECONDS", LONG_ATTEMPT_SECONDS)


@pytest.fixture
def sender(settings: Settings, receiver: Receiver) -> Iterator[Sender]:
    """A sender that the test starts; it ends before the receiver does."""
    sender = Sender(settings)
    yield sender
    receiver.over.set()
    sender.close()


@pytest.fixture
def image(engine: Engine) -> UUID:
    """A tagged image of ada's."""
    image = insert_row(engine, owner="ada", metadata={"order": 7})
    set_row(engine, image, "status = 'tagged', tagged_at = now()")
    show_tag(engine, image, "tabby")
    return image


@pytest.fixture
def version(engine: Engine, storage: Storage) -> int:
    """The live version of the model."""
    return insert_version(engine, storage)
