"""Old versions of the head are thinned: the row stays, the file is deleted."""

from pathlib import Path

import pytest
from celery import Celery
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from services.feedback.app import create_app
from services.trainer.runs.runs import carry_out_due_runs
from services.trainer.trainer import Trainer
from services.worker.tagging.sweeper import sweep
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.model.live.model import LiveScorer
from shared.storage.storage import Storage
from tests.support.learning.training import InstantLearn, insert_corrections, queue_run

TAUGHT = 12
KEPT = 5


@pytest.fixture
def versions(trainer: Trainer, engine: Engine) -> list[int]:
    """Versions that were taught one after the other, an hour ago; the last one is live."""
    for _ in range(TAUGHT):
        insert_corrections(engine)
        queue_run(engine)
        carry_out_due_runs(trainer)
    execute(engine, "UPDATE retag_jobs SET status = 'done'")
    execute(engine, "UPDATE models SET promoted_at = promoted_at - interval '1 hour'")
    with transaction(engine) as connection:
        return list(connection.scalars(text("SELECT version FROM models ORDER BY version")))


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


def execute(engine: Engine, statement: str) -> None:
    with transaction(engine) as connection:
        connection.execute(text(statement))


def thinned(client: FlaskClient) -> list[int]:
    found = client.get("/v1/models").get_json()["models"]
    return sorted(model["version"] for model in found if model["thinned_at"])


def heads(tmp_path: Path) -> int:
    return len(list((tmp_path / "blobs" / "heads").iterdir()))


def test_old_versions_keep_their_rows_and_lose_their_files(
    versions: list[int],
    client: FlaskClient,
    *,
    celery: Celery,
    engine: Engine,
    storage: Storage,
    settings: Settings,
    tmp_path: Path,
) -> None:
    sweep(celery, engine, storage, settings)

    # The first, the live one, and the five before it stay.
    first, *rest = versions
    assert thinned(client) == rest[: -1 - KEPT]
    assert heads(tmp_path) == 1 + KEPT + 1
    LiveScorer(engine, storage).get()

    refused = client.post(f"/v1/models/{rest[0]}/promote")
    assert refused.status_code == 409
    assert "to save space" in refused.get_json()["detail"]
    for version in (rest[-1 - KEPT], first):
        assert client.post(f"/v1/models/{version}/promote").status_code == 200
        LiveScorer(engine, storage).get()


@pytest.mark.parametrize(
    "reason",
    [
        "UPDATE retag_jobs SET status = 'running' WHERE id = 1",
        "UPDATE finetune_runs SET status = 'running' WHERE id = 1",
        "UPDATE models SET promoted_at = now()",
    ],
)
def test_nothing_is_thinned_that_may_be_in_use(
    versions: list[int],
    client: FlaskClient,
    *,
    celery: Celery,
    engine: Engine,
    storage: Storage,
    settings: Settings,
    reason: str,
) -> None:
    execute(engine, reason)

    sweep(celery, engine, storage, settings)

    assert thinned(client) == []


def test_a_version_that_was_live_for_days_keeps_its_file(
    versions: list[int],
    client: FlaskClient,
    *,
    celery: Celery,
    engine: Engine,
    storage: Storage,
    settings: Settings,
) -> None:
    _, second, *rest = versions
    execute(
        engine,
        f"UPDATE models SET promoted_at = now() - interval '3 days' WHERE version = {second}",
    )

    sweep(celery, engine, storage, settings)

    assert thinned(client) == rest[: -1 - KEPT]


def test_rejected_versions_are_thinned_as_well(
    learn: InstantLearn,
    trainer: Trainer,
    client: FlaskClient,
    *,
    celery: Celery,
    engine: Engine,
    storage: Storage,
    settings: Settings,
) -> None:
    learn.status = "rejected"
    for _ in range(KEPT + 2):
        insert_corrections(engine)
        queue_run(engine)
        carry_out_due_runs(trainer)
    execute(engine, "UPDATE models SET created_at = created_at - interval '1 hour'")

    sweep(celery, engine, storage, settings)

    assert len(thinned(client)) == 2
