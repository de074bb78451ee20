"""A night that learns the tags of several owners, each from and for their own images."""

from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Engine

from services.trainer.learning.run import finetune
from services.trainer.runs.runs import carry_out_due_runs
from services.trainer.trainer import Trainer
from services.worker.tagging.pipeline import Pipeline
from shared.auth.scopes import Scope
from shared.config import Settings
from shared.messaging.celery_app import create_celery
from shared.storage.storage import Storage
from tests.acceptance.teaching import crops
from tests.support.learning.training import queue_run, read_run
from tests.support.pictures.rows import store_image
from tests.support.requests.answers import get
from tests.support.requests.keys import app_with, client_of

EXAMPLES = 8
# The same two words, with opposite meanings.
MEANINGS = {
    "alma": {"mine": "cat", "yours": "coffee"},
    "bert": {"mine": "coffee", "yours": "cat"},
}


@pytest.fixture
def app(settings: Settings) -> Flask:
    """All services, with keys asked for."""
    return app_with(settings, auth=True)


def test_two_owners_teach_one_word_with_two_meanings_in_one_night(
    app: Flask, pipeline: Pipeline, engine: Engine, storage: Storage, photos: dict[str, Path]
) -> None:
    settings = app.extensions["tagloop"].settings
    clients = {
        owner: client_of(app, engine, Scope.FEEDBACK, Scope.READ, owner=owner) for owner in MEANINGS
    }

    def tagged(owner: str, photo: str, count: int, seed: int) -> list[UUID]:
        files = crops(photos[photo], count, seed)
        ids = [store_image(settings, engine, storage, file, owner) for file in files]
        pipeline.tag(ids)
        return ids

    for seed, (owner, meanings) in enumerate(MEANINGS.items()):
        for word, photo in meanings.items():
            for image in tagged(owner, photo, EXAMPLES, seed):
                said = clients[owner].post(f"/v1/images/{image}/corrections", json={"add": [word]})
                assert said.status_code == 201, said.text
    run = queue_run(engine)

    carry_out_due_runs(Trainer(settings, engine, storage, create_celery(settings), finetune))

    row = read_run(engine, run)
    assert row["status"] == "promoted", row["reason"]
    assert set(row["report"]["owners"]) == set(MEANINGS)
    pipeline.live.look_again()
    for owner, meanings in MEANINGS.items():
        for word, photo in meanings.items():
            image = tagged(owner, photo, 1, seed=9)[0]
            shown = {
                tag["tag"]: tag["owner"]
                for tag in get(clients[owner], f"/v1/images/{image}")["tags"]
            }
            assert shown.get(word) == owner, (owner, word, shown)
            assert not set(shown) & (set(meanings) - {word})
