"""Tags that are held back: shown once a person confirms them, and not before."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from services.catalog.app import BLUEPRINTS as CATALOG
from services.feedback.app import BLUEPRINTS as FEEDBACK
from services.worker.tagging.pipeline import Pipeline
from shared.config import Settings, load_settings
from shared.config.hold_list import STARTING_LIST
from shared.model.live.model import LiveScorer
from shared.model.vocabulary import load_imagenet
from shared.model.vocabulary.held_tags import held_columns
from shared.storage.storage import Storage
from shared.web import create_web_app
from tests.support.learning.retagging import Retagging
from tests.support.pictures.rows import store_image
from tests.support.requests.answers import get

HOLD = frozenset({"cat"})


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A deployment that holds cats back."""
    return settings.model_copy(update={"hold_tags": HOLD})


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    """A client of the catalog and of corrections."""
    return create_web_app("tagloop", (*FEEDBACK, *CATALOG), settings).test_client()


def slugs(document: dict[str, Any]) -> set[str]:
    """Return the tags of an image."""
    return {tag["tag"] for tag in document["tags"]}


@pytest.mark.parametrize("query", ["", "?min_confidence=0", "?precision=0.5", "?tags=cat,animal"])
def test_a_held_back_tag_and_its_narrower_tags_are_not_shown(
    client: FlaskClient, cat: UUID, query: str
) -> None:
    shown = slugs(get(client, f"/v1/images/{cat}{query}"))

    assert "animal" in shown
    assert not shown & {"cat", "domestic-cat", "tabby", "egyptian-cat"}


def test_a_held_back_tag_is_found_by_no_one(client: FlaskClient, cat: UUID) -> None:
    assert get(client, "/v1/search?q=cat")["images"] == []
    assert get(client, "/v1/images?tag=cat")["images"] == []
    assert len(get(client, "/v1/search?q=animal")["images"]) == 1


def test_a_held_back_tag_is_shown_once_someone_confirms_it(client: FlaskClient, cat: UUID) -> None:
    said = client.post(f"/v1/images/{cat}/corrections", json={"confirm": ["cat"]})

    assert said.status_code == 201
    assert "cat" in slugs(get(client, f"/v1/images/{cat}"))
    assert len(get(client, "/v1/search?q=cat")["images"]) == 1


def test_a_review_asks_whether_a_held_tag_is_right(client: FlaskClient, cat: UUID) -> None:
    [offered] = get(client, "/v1/review")["images"]

    held = {tag["tag"] for tag in offered["suggestions"] if tag["why"] == "held"}
    assert "cat" in held


def test_a_newly_held_back_tag_disappears_when_images_are_re_tagged(
    settings: Settings,
    engine: Engine,
    storage: Storage,
    pipeline: Pipeline,
    photos: dict[str, Path],
) -> None:
    image = store_image(settings, engine, storage, photos["cat"].read_bytes())
    replace(pipeline, live=LiveScorer(engine, storage)).tag([image])
    retagging = Retagging(settings, engine, storage, pipeline)
    assert "cat" in retagging.shown([image])[image]

    job = retagging.do()

    assert job["changed"] == 1
    assert "cat" not in retagging.shown([image])[image]
    assert "animal" in retagging.shown([image])[image]


def test_every_tag_of_the_starting_list_is_in_the_vocabulary() -> None:
    vocabulary = load_imagenet()

    assert load_settings().hold_tags == STARTING_LIST
    for name in STARTING_LIST:
        assert len(held_columns(vocabulary, [name])) >= 1, name
    held = {vocabulary.tags[column].slug for column in held_columns(vocabulary, STARTING_LIST)}
    assert {"ape", "gorilla", "chimpanzee", "monkey", "baboon"} <= held


def test_the_list_is_json_and_may_be_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGLOOP_HOLD_TAGS", "[]")

    assert load_settings().hold_tags == frozenset()
