"""The file of the live version is lost: running processes continue, and the error is reported."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from services.feedback.app import create_app
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.errors import Unavailable
from shared.model.live.model import LiveScorer
from shared.storage.storage import Storage
from tests.support.learning.training import insert_version


def make_live(engine: Engine, version: int) -> None:
    with transaction(engine) as connection:
        connection.execute(text("UPDATE models SET status = 'retired' WHERE status = 'live'"))
        statement = text("UPDATE models SET status = 'live' WHERE version = :version")
        connection.execute(statement, {"version": version})


def lose_file(engine: Engine, storage: Storage, version: int) -> None:
    with transaction(engine) as connection:
        statement = text("SELECT blob FROM models WHERE version = :version")
        blob = connection.scalar(statement, {"version": version})
    storage.delete([blob])


def test_a_process_continues_with_the_last_version_that_it_could_read(
    settings: Settings, engine: Engine, storage: Storage, first: int
) -> None:
    live = LiveScorer(engine, storage)
    before = live.get().model.version
    assert live.problem() is None
    lost = insert_version(engine, storage)
    lose_file(engine, storage, lost)
    make_live(engine, lost)

    assert live.look_again().model.version == before
    assert f"live version {lost} cannot be read" in str(live.problem())
    # Nothing can be done by a process that has never read one.
    with pytest.raises(Unavailable, match=f"version {lost} cannot be read"):
        LiveScorer(engine, storage).get()


@pytest.mark.parametrize(
    ("left", "reason"),
    [(None, "The stored file is gone"), (1000, "it has 1,000 bytes instead of")],
)
def test_a_version_in_memory_is_used_although_its_file_is_lost_and_this_is_logged(
    engine: Engine, storage: Storage, first: int, left: int | None, reason: str
) -> None:
    live = LiveScorer(engine, storage)
    blob = live.get().model.blob
    if left is None:
        lose_file(engine, storage, first)
    else:
        storage.put(blob, bytes(storage.get(blob))[:left])

    assert live.look_again().model.version == first
    assert f"({reason}" in str(live.problem())
    assert "used from memory" in str(live.problem())


def test_an_unreadable_version_does_not_go_live(
    settings: Settings, engine: Engine, storage: Storage, first: int, redis: object
) -> None:
    client: FlaskClient = create_app(settings).test_client()
    lost = insert_version(engine, storage)
    lose_file(engine, storage, lost)

    answer = client.post(f"/v1/models/{lost}/promote")

    assert answer.status_code == 409
    assert "cannot be read" in answer.get_json()["detail"]
