"""The review queue, over what the real network says of real photographs."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from services.feedback.app import create_app
from services.worker.tagging.pipeline import Pipeline
from shared.config import Settings
from shared.storage.storage import Storage
from tests.support.answers import get
from tests.support.learning.feedback import correct
from tests.support.rows import insert_row, store_image

# Of these the network is not sure in every respect.
NAMES = ("cat", "coffee", "astronaut", "motorcycle", "temple")


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


@pytest.fixture
def tagged(
    pipeline: Pipeline,
    settings: Settings,
    engine: Engine,
    storage: Storage,
    photos: dict[str, Path],
) -> dict[str, UUID]:
    """Photographs of Ada's, tagged, by what they show."""
    ids = {
        name: store_image(settings, engine, storage, photos[name].read_bytes(), owner="ada")
        for name in NAMES
    }
    pipeline.tag(list(ids.values()))
    return ids


def review(client: FlaskClient, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(client, f"/v1/review?{query}")["images"]
    return found


def ids(offered: list[dict[str, Any]]) -> set[str]:
    return {entry["image"]["id"] for entry in offered}


def test_images_are_offered_with_what_there_is_to_ask(
    client: FlaskClient, tagged: dict[str, UUID]
) -> None:
    offered = review(client)

    assert offered
    assert ids(offered) <= {str(image) for image in tagged.values()}
    for entry in offered:
        assert entry["image"]["tags"]
        assert entry["suggestions"]
        for suggestion in entry["suggestions"]:
            assert suggestion["why"] == "uncertain"
            assert 0.03 < suggestion["confidence"] < 0.95


def test_nobody_is_offered_an_image_twice(client: FlaskClient, tagged: dict[str, UUID]) -> None:
    seen: set[str] = set()
    while offered := review(client, "user=ada&limit=1"):
        assert len(offered) == 1
        assert not ids(offered) & seen
        seen |= ids(offered)

    assert seen
    assert ids(review(client, "user=bob&limit=50")) == seen


def test_what_waits_or_belongs_to_others_is_not_offered(
    client: FlaskClient, engine: Engine, tagged: dict[str, UUID]
) -> None:
    insert_row(engine, owner="bob")

    assert review(client, "owner=bob") == []
    assert review(client, "owner=ada")


def test_others_are_asked_about_what_somebody_disputed(
    client: FlaskClient, tagged: dict[str, UUID]
) -> None:
    cat = str(tagged["cat"])
    correct(client, cat, remove=["cat"], user="ada")

    assert cat not in ids(review(client, "user=ada&limit=50"))
    [entry] = [e for e in review(client, "user=bob&limit=50") if e["image"]["id"] == cat]
    assert [(s["tag"], s["why"]) for s in entry["suggestions"]] == [("cat", "disputed")]


def test_a_tag_that_few_images_have_is_looked_for(
    client: FlaskClient, engine: Engine, tagged: dict[str, UUID]
) -> None:
    correct(client, insert_row(engine), add=["cat"], user="ada")

    offered = review(client, "user=bob&limit=50")

    [entry] = [e for e in offered if e["image"]["id"] == str(tagged["cat"])]
    assert ("cat", "rare") in [(s["tag"], s["why"]) for s in entry["suggestions"]]


def test_an_answer_is_not_kept_by_caches(client: FlaskClient, tagged: dict[str, UUID]) -> None:
    assert client.get("/v1/review").headers["Cache-Control"] == "no-store"


def test_without_any_image_there_is_nothing_to_review(
    client: FlaskClient, pipeline: Pipeline
) -> None:
    assert review(client) == []


@pytest.mark.parametrize("query", ["limit=0", "limit=51", "user=%00", "owner=%00"])
def test_what_makes_no_sense_is_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/v1/review?{query}").status_code == 400
