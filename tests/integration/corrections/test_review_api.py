"""The review queue, over real photographs tagged by the real network."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from services.feedback.app import create_app
from services.worker.tagging.pipeline import Pipeline
from shared.auth.scopes import Scope
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.corrections.review import delete_expired_offers
from tests.support.learning.feedback import correct
from tests.support.pictures.rows import insert_row
from tests.support.requests.answers import get
from tests.support.requests.keys import app_with, client_of

# Of these the network is not sure in every respect.
NAMES = ("cat", "coffee", "astronaut", "motorcycle", "temple")


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


@pytest.fixture
def tagged(tag_photos: Callable[..., dict[str, UUID]]) -> dict[str, UUID]:
    """Photographs of Ada's, tagged, by what they show."""
    return tag_photos(NAMES, "ada")


def review(client: FlaskClient, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(client, f"/v1/review?{query}")["images"]
    return found


def age_offers(engine: Engine, interval: str) -> None:
    """Make all offers this much older."""
    with transaction(engine) as connection:
        connection.execute(
            text("UPDATE reviewed SET offered_at = offered_at - CAST(:interval AS interval)"),
            {"interval": interval},
        )


def ids(offered: list[dict[str, Any]]) -> set[str]:
    return {entry["image"]["id"] for entry in offered}


def test_images_are_offered_with_the_tags_to_ask_about(
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


def test_no_one_is_offered_an_image_twice_in_a_day(
    client: FlaskClient, engine: Engine, tagged: dict[str, UUID]
) -> None:
    seen: set[str] = set()
    while offered := review(client, "user=ada&limit=1"):
        assert len(offered) == 1
        assert not ids(offered) & seen
        seen |= ids(offered)

    assert seen
    assert ids(review(client, "user=bob&limit=50")) == seen

    age_offers(engine, "25 hours")
    assert ids(review(client, "user=ada&limit=50")) == seen
    assert review(client, "user=ada") == []


def test_another_key_cannot_use_up_what_a_user_is_offered(
    settings: Settings, engine: Engine, tagged: dict[str, UUID]
) -> None:
    app = app_with(settings, auth=True)
    victim, attacker = (client_of(app, engine, Scope.FEEDBACK) for _ in range(2))

    taken = ids(review(attacker, "user=victim&limit=50"))

    assert taken
    assert review(attacker, "user=victim") == []
    assert ids(review(victim, "user=victim&limit=50")) == taken
    assert review(victim, "user=victim") == []


def test_offers_that_expired_are_deleted(
    client: FlaskClient, engine: Engine, tagged: dict[str, UUID]
) -> None:
    review(client, "user=ada&limit=50")
    age_offers(engine, "25 hours")
    recent = len(review(client, "user=bob&limit=50"))

    with transaction(engine) as connection:
        delete_expired_offers(connection)
        left = connection.scalars(text("SELECT contributor FROM reviewed")).all()
    assert left == ["bob"] * recent


def test_waiting_images_and_images_of_other_owners_are_not_offered(
    client: FlaskClient, engine: Engine, tagged: dict[str, UUID]
) -> None:
    insert_row(engine, owner="bob")

    assert review(client, "owner=bob") == []
    assert review(client, "owner=ada")


def test_disputed_tags_are_shown_to_other_reviewers(
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


def test_an_answer_may_not_be_cached(client: FlaskClient, tagged: dict[str, UUID]) -> None:
    assert client.get("/v1/review").headers["Cache-Control"] == "no-store"


def test_without_any_image_there_is_nothing_to_review(
    client: FlaskClient, pipeline: Pipeline
) -> None:
    assert review(client) == []


@pytest.mark.parametrize("query", ["limit=0", "limit=51", "user=%00", "owner=%00"])
def test_invalid_input_is_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/v1/review?{query}").status_code == 400
