"""Words of other owners: no response to an owner's key tells whether they exist."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from services.worker.tagging.pipeline import Pipeline
from shared.auth.scopes import Scope
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.storage.storage import Storage
from tests.support.learning.retagging import Retagging
from tests.support.pictures.rows import store_image
from tests.support.requests.answers import get
from tests.support.requests.keys import app_with, client_of

# Of one length, since answers say where in a search a word stands.
THEIRS = "bert-logo"
NOBODYS = "none-logo"
# Below the limit that shows a tag, and well above nothing.
BIAS = -1.5


@pytest.fixture
def app(settings: Settings) -> Flask:
    """All services, with keys asked for."""
    return app_with(settings, auth=True)


@pytest.fixture
def images(
    pipeline: Pipeline,
    engine: Engine,
    storage: Storage,
    photos: dict[str, Path],
    app: Flask,
) -> dict[str, UUID]:
    """A picture of each owner; the live head has a tag that Bert made, and is unsure of it."""
    settings = app.extensions["tagloop"].settings
    ids = {
        owner: store_image(settings, engine, storage, photos[photo].read_bytes(), owner)
        for owner, photo in (("alma", "cat"), ("bert", "coffee"))
    }
    pipeline.tag(list(ids.values()))
    said = client_of(app, engine, Scope.FEEDBACK, owner="bert").post(
        f"/v1/images/{ids['bert']}/corrections", json={"add": [THEIRS, "bert's other"]}
    )
    assert said.status_code == 201
    with transaction(engine) as connection:
        tag_id = connection.execute(
            text("SELECT id FROM tags WHERE slug = :slug"), {"slug": THEIRS}
        ).scalar_one()
    retagging = Retagging(settings, engine, storage, pipeline)
    retagging.go_live(retagging.learned(tag_id, BIAS))
    return ids


@pytest.fixture
def alma(app: Flask, engine: Engine, images: dict[str, UUID]) -> FlaskClient:
    """A client with all of Alma's permissions."""
    return client_of(app, engine, Scope.ADMIN, owner="alma")


@pytest.mark.parametrize("query", ["min_confidence=0", "precision=0.01"])
def test_no_limit_shows_held_back_tags(
    app: Flask, engine: Engine, alma: FlaskClient, images: dict[str, UUID], query: str
) -> None:
    path = f"/v1/images/{images['alma']}?{query}"
    operator = client_of(app, engine, Scope.READ)
    of_bert = f"/v1/images/{images['bert']}?{query}"

    assert THEIRS in slugs(get(operator, of_bert))
    assert THEIRS not in slugs(get(operator, path))
    assert THEIRS not in slugs(get(alma, path))


def test_a_review_asks_only_about_words_that_are_known(
    app: Flask, engine: Engine, alma: FlaskClient, images: dict[str, UUID]
) -> None:
    operator = client_of(app, engine, Scope.FEEDBACK)

    assert THEIRS not in operator.get("/v1/review?owner=alma").text
    assert THEIRS not in alma.get("/v1/review").text


@pytest.mark.parametrize("verdict", ["remove", "confirm", "undo"])
def test_another_owners_tag_is_answered_like_an_unknown_one(
    alma: FlaskClient, images: dict[str, UUID], verdict: str
) -> None:
    image = str(images["alma"])

    def answers(slug: str) -> list[str]:
        said: dict[str, Any] = {verdict: [slug]}
        asked = (
            alma.post(f"/v1/images/{image}/corrections", json=said),
            alma.post("/v1/corrections", json={"corrections": [{"image": image, **said}]}),
            alma.post("/v1/retag", json={"tag": slug}),
            alma.get(f"/v1/tags/{slug}"),
            alma.get(f"/v1/images?tag={slug}"),
            alma.get(f"/v1/images/{image}?tags={slug}"),
            alma.get(f"/v1/search?q={slug}"),
        )
        return [f"{one.status_code} {one.text.replace(slug, '')}" for one in asked]

    assert answers(THEIRS) == answers(NOBODYS)


def test_an_added_tag_stays_known_after_it_is_removed(
    alma: FlaskClient, images: dict[str, UUID]
) -> None:
    path = f"/v1/images/{images['alma']}/corrections"

    for said in ({"add": [THEIRS]}, {"remove": [THEIRS]}, {"undo": [THEIRS]}):
        assert alma.post(path, json=said).status_code == 201, said
    assert get(alma, f"/v1/tags/{THEIRS}")["tag"] == THEIRS


def slugs(document: dict[str, Any]) -> set[str]:
    """Return the tags of an image."""
    return {tag["tag"] for tag in document["tags"]}


def test_only_the_owner_who_taught_a_tag_can_follow_its_run(
    app: Flask,
    engine: Engine,
    alma: FlaskClient,
    images: dict[str, UUID],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # No trainer runs here that could end a run.
    monkeypatch.setattr("services.feedback.tags.custom_tags.WAIT_SECONDS", 0.0)
    learned = alma.post("/v1/tags", json={"name": "pet", "examples": [str(images["alma"])]})
    assert learned.status_code == 201
    run = learned.get_json()["run"]

    assert get(alma, run["url"])["tag"] == "pet"
    bert = client_of(app, engine, Scope.ADMIN, owner="bert")
    assert bert.get(run["url"]).status_code == 404
    assert bert.get("/v1/retrain").status_code == 403
