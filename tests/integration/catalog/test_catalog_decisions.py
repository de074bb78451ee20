"""People's decisions in the catalog: they override the model."""

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from services.catalog.app import create_app
from shared.config import Settings
from tests.support.pictures.rows import insert_custom_tag, insert_row, set_decision
from tests.support.requests.answers import get

QUERIES = ("", "?min_confidence=0", "?min_confidence=0.9", "?precision=0.9")
PRESENT: tuple[float, str] = (1.0, "user")
ABSENT: tuple[float, str] = (0.0, "user")


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


def by_slug(client: FlaskClient, path: str) -> dict[str, tuple[float, str]]:
    """Return confidence and source of each tag of an image."""
    return {tag["tag"]: (tag["confidence"], tag["source"]) for tag in get(client, path)["tags"]}


@pytest.mark.parametrize("query", QUERIES)
def test_a_removed_tag_is_never_shown_and_an_added_one_always(
    client: FlaskClient, engine: Engine, cat: UUID, query: str
) -> None:
    assert "animal" in by_slug(client, f"/v1/images/{cat}{query}")
    set_decision(engine, cat, "animal", present=False)
    set_decision(engine, cat, "teapot", present=True)

    tags = by_slug(client, f"/v1/images/{cat}{query}")

    assert "animal" not in tags
    assert tags["teapot"] == PRESENT


def test_tags_requested_by_name_include_decisions(
    client: FlaskClient, engine: Engine, cat: UUID
) -> None:
    set_decision(engine, cat, "animal", present=False)
    set_decision(engine, cat, "teapot", present=True)

    tags = by_slug(client, f"/v1/images/{cat}?tags=animal,teapot,cat")

    assert tags["animal"] == ABSENT
    assert tags["teapot"] == PRESENT
    assert tags["cat"][1] == "model"


def test_a_tag_that_people_just_made_has_a_confidence_at_once(
    client: FlaskClient, engine: Engine, cat: UUID
) -> None:
    # Given a process that has the vocabulary at hand
    get(client, f"/v1/images/{cat}?tags=cat")

    insert_custom_tag(engine, "chelsea", "Chelsea")

    assert by_slug(client, f"/v1/images/{cat}?tags=Chelsea") == {"chelsea": (0, "model")}
    set_decision(engine, cat, "chelsea", present=True)
    for query in (*QUERIES, "?tags=chelsea"):
        assert by_slug(client, f"/v1/images/{cat}{query}")["chelsea"] == PRESENT


def test_decisions_made_before_an_image_is_tagged_are_shown(
    client: FlaskClient, engine: Engine
) -> None:
    image = insert_row(engine)
    set_decision(engine, image, "teapot", present=True)
    set_decision(engine, image, "cat", present=False)

    for query in QUERIES:
        assert by_slug(client, f"/v1/images/{image}{query}") == {"teapot": PRESENT}
    named = by_slug(client, f"/v1/images/{image}?tags=cat,teapot,dog")
    assert named == {"cat": ABSENT, "teapot": PRESENT}
