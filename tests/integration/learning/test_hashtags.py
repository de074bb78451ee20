"""Hashtags teach tags that no one corrected, and only from pictures that may be learned from."""

from __future__ import annotations

from uuid import UUID

import numpy as np
import pytest
from flask import Flask
from numpy.typing import NDArray
from sqlalchemy import Engine, text

from services.trainer.learning.run import finetune
from services.trainer.runs.nights import queue_night
from services.trainer.runs.runs import carry_out_due_runs
from services.trainer.trainer import Trainer
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.images.results import store_embeddings
from shared.messaging.celery_app import create_celery
from shared.model.head import Head
from shared.model.learned.tags import LearnedTags
from shared.model.live.model import LiveScorer
from shared.storage.storage import Storage
from tests.integration.learning.test_nights import HOUR, TOMORROW, runs
from tests.support.learning.training import insert_version, queue_run, read_run
from tests.support.pictures.rows import insert_row
from tests.support.requests.answers import get
from tests.support.requests.keys import app_with

DIMENSIONS = 64
OWNERS, PICTURES = 8, 8
BACKGROUND = 200


def embedded(kind: int | None, count: int, seed: int) -> NDArray[np.float16]:
    """Return embeddings of pictures of one kind, or of anything."""
    rng = np.random.default_rng(seed)
    found = rng.exponential(size=(count, DIMENSIONS))
    if kind is not None:
        found[:, 8 * kind : 8 * kind + 8] += 4
    return found.astype(np.float16)


def upload(
    engine: Engine, hashtags: list[str], embeddings: NDArray[np.float16], owner: str, **row: object
) -> list[UUID]:
    """Insert tagged pictures with hashtags; return their ids."""
    ids = [insert_row(engine, owner=owner, hashtags=hashtags, **row) for _ in embeddings]
    with transaction(engine) as connection:
        connection.execute(
            text("UPDATE images SET status = 'tagged', tagged_at = now() WHERE id = ANY(:ids)"),
            {"ids": ids},
        )
        store_embeddings(connection, ids, embeddings, 1)
    return ids


@pytest.fixture
def app(settings: Settings) -> Flask:
    """All services, without keys."""
    return app_with(settings, auth=False)


@pytest.fixture
def community(engine: Engine, storage: Storage) -> None:
    """Eight owners who share a word for one kind of picture, among other pictures."""
    nothing = LearnedTags.nothing(DIMENSIONS)
    zeros = np.zeros((DIMENSIONS, 1000), np.float32)
    insert_version(engine, storage, Head(zeros, np.zeros(1000, np.float32), nothing, nothing))
    for owner in range(OWNERS):
        spelling = ["SunsetGlow"] if owner % 2 else ["sunset_glow"]
        upload(engine, spelling, embedded(1, PICTURES, owner), f"owner-{owner}")
    upload(engine, ["anything"], embedded(None, BACKGROUND, 99), "someone")


def trainer(settings: Settings, engine: Engine, storage: Storage) -> Trainer:
    return Trainer(settings, engine, storage, create_celery(settings), finetune)


def learn(settings: Settings, engine: Engine, storage: Storage) -> str:
    """Carry out a run; return how it ended."""
    run = queue_run(engine)
    carry_out_due_runs(trainer(settings, engine, storage))
    row = read_run(engine, run)
    assert row["status"] != "failed", row["reason"]
    return str(row["status"])


def chance(engine: Engine, storage: Storage, slug: str) -> float:
    """Return how likely the live version finds a tag on new pictures of the kind, on average."""
    scorer = LiveScorer(engine, storage).get()
    column = scorer.vocabulary.index(slug)
    return float(scorer.tag_probabilities(embedded(1, 20, 7))[:, column].mean())


@pytest.mark.usefixtures("community")
def test_a_hashtag_becomes_a_tag_once_a_person_accepts_it(
    app: Flask, settings: Settings, engine: Engine, storage: Storage
) -> None:
    client = app.test_client()

    assert learn(settings, engine, storage) == "nothing"

    (proposal,) = get(client, "/v1/hashtags/proposals")["proposals"]
    assert (proposal["name"], proposal["status"]) == ("sunset glow", "proposed")
    assert proposal["figures"]["owners"] == OWNERS
    assert get(client, "/v1/tags?q=sunset glow")["tags"] == []

    accepted = client.post(f"/v1/hashtags/proposals/{proposal['id']}/accept")
    assert accepted.get_json()["tag"] == "sunset-glow"
    carry_out_due_runs(trainer(settings, engine, storage))

    assert chance(engine, storage, "sunset-glow") > 0.4
    assert get(client, "/v1/hashtags/proposals?status=proposed")["proposals"] == []


@pytest.mark.usefixtures("community")
def test_a_refused_hashtag_is_not_proposed_again(
    app: Flask, settings: Settings, engine: Engine, storage: Storage
) -> None:
    client = app.test_client()
    learn(settings, engine, storage)
    (proposal,) = get(client, "/v1/hashtags/proposals")["proposals"]

    client.post(f"/v1/hashtags/proposals/{proposal['id']}/refuse")
    learn(settings, engine, storage)

    assert get(client, "/v1/hashtags/proposals?status=proposed")["proposals"] == []


@pytest.mark.usefixtures("community")
def test_a_deployment_may_accept_new_tags_by_itself_or_learn_nothing(
    settings: Settings, engine: Engine, storage: Storage
) -> None:
    off = settings.model_copy(update={"hashtag_tags": "off"})
    accept = settings.model_copy(update={"hashtag_tags": "accept"})

    assert learn(off, engine, storage) == "nothing"
    assert learn(accept, engine, storage) == "promoted"
    assert chance(engine, storage, "sunset-glow") > 0.4


@pytest.mark.usefixtures("community")
def test_pictures_kept_out_of_training_teach_nothing(
    app: Flask, settings: Settings, engine: Engine, storage: Storage
) -> None:
    for owner in range(OWNERS):
        upload(engine, ["private party"], embedded(3, PICTURES, owner), f"o{owner}", learn=False)
        upload(engine, ["members only"], embedded(4, PICTURES, owner), f"kept-out-{owner}")
        with transaction(engine) as connection:
            connection.execute(
                text("INSERT INTO untrained_owners (owner) VALUES (:owner)"),
                {"owner": f"kept-out-{owner}"},
            )
    learn(settings, engine, storage)

    found = get(app.test_client(), "/v1/hashtags/proposals")["proposals"]
    assert [proposal["name"] for proposal in found] == ["sunset glow"]


@pytest.mark.usefixtures("community")
def test_new_hashtags_alone_are_enough_for_a_nightly_run(engine: Engine) -> None:
    night = TOMORROW.replace(hour=HOUR)

    assert queue_night(engine, HOUR, night, with_hashtags=True)

    assert runs(engine)[0]["status"] == "queued"


@pytest.mark.usefixtures("community")
def test_hashtags_are_suggested_from_similar_images_in_the_owners_spelling(
    app: Flask, engine: Engine
) -> None:
    (bare,) = upload(engine, [], embedded(1, 1, 50), "owner-0")
    (said,) = upload(engine, ["Sunset Glow"], embedded(1, 1, 51), "owner-0")
    client = app.test_client()

    suggested = get(client, f"/v1/images/{bare}?suggest=hashtags")["suggested_hashtags"]

    assert suggested[0]["hashtag"] == "sunset_glow"
    assert set(suggested[0]["from"]) >= {"similar", "owner"}
    assert get(client, f"/v1/images/{said}?suggest=hashtags")["suggested_hashtags"] == []
    assert "suggested_hashtags" not in get(client, f"/v1/images/{bare}")


@pytest.mark.usefixtures("community")
def test_peoples_decisions_choose_between_a_head_with_and_one_without_hashtags(
    app: Flask, settings: Settings, engine: Engine, storage: Storage
) -> None:
    client = app.test_client()
    shows = upload(engine, [], embedded(1, 12, 20), "judge")
    lacks = upload(engine, [], embedded(None, 12, 21), "judge")
    for image, verdict in [*((one, "add") for one in shows), *((one, "remove") for one in lacks)]:
        said = client.post(f"/v1/images/{image}/corrections", json={verdict: ["sunset glow"]})
        assert said.status_code == 201, said.text
    run = queue_run(engine)

    carry_out_due_runs(trainer(settings, engine, storage))

    row = read_run(engine, run)
    assert row["status"] == "promoted", row["reason"]
    report = row["report"]["hashtags"]["corrected"]
    assert report["tags"]["sunset-glow"]["pictures"] >= 20
    assert not report["used"] or report["with"] > report["without"]
    assert "sunset glow" not in row["report"]["hashtags"]["words"]
    assert chance(engine, storage, "sunset-glow") > 0.4
