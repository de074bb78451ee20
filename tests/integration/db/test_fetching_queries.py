"""Images that are still at a URL: claimed one by one, then stored, failed or found to be known."""

from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from services.feedback.app import create_app
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.images.deleting import delete_image
from shared.db.images.fetching import Fetched, claim_to_fetch, store_fetched
from shared.db.images.tagging import (
    Claim,
    claim_images,
)
from shared.storage.originals import Original
from tests.support.learning.feedback import correct, tags_of
from tests.support.pictures.rows import insert_row, read_row
from tests.support.requests.answers import get

LEASE_SECONDS = 60.0
MAX_ATTEMPTS = 5
DIMENSIONS = 4


def claim(engine: Engine, ids: list[UUID]) -> Claim:
    with transaction(engine) as connection:
        return claim_images(connection, ids, LEASE_SECONDS, MAX_ATTEMPTS)


def claimed_ids(engine: Engine, ids: list[UUID]) -> set[UUID]:
    return {image.id for image in claim(engine, ids).images}


def at_url(engine: Engine, owner: str = "", **said: Any) -> UUID:
    where = {"sha256": None, "source_url": "http://x/a.jpg", "format": None}
    return insert_row(engine, owner=owner, **where, **said)


def fetched(digest: bytes) -> Original:
    return Original(digest, 1000, "PNG", 10, 20, 1)


def test_fetchers_take_the_oldest_image_one_by_one(engine: Engine) -> None:
    first, second = at_url(engine), at_url(engine)
    insert_row(engine)

    taken = []
    for _ in range(3):
        with transaction(engine) as connection:
            found = claim_to_fetch(connection, LEASE_SECONDS, MAX_ATTEMPTS)
            taken.append(found and found[1].id)

    assert taken == [first, second, None]


def test_an_image_that_was_fetched_waits_to_be_tagged_with_all_its_attempts(engine: Engine) -> None:
    image = at_url(engine)
    with transaction(engine) as connection:
        found = claim_to_fetch(connection, LEASE_SECONDS, MAX_ATTEMPTS)
        assert found
        assert store_fetched(connection, found[0], image, fetched(b"d" * 32)) is Fetched.WAITS

    row = read_row(engine, image)
    assert (row["format"], row["width"], row["attempts"]) == ("PNG", 10, 0)
    assert claimed_ids(engine, [image]) == {image}


def test_a_fetched_image_with_known_bytes_becomes_another_name_of_the_known_one(
    engine: Engine,
) -> None:
    known = insert_row(engine, owner="ada", sha256=b"d" * 32, hashtags=["sea"], metadata={"a": 1})
    insert_row(engine, owner="bob", sha256=b"d" * 32)
    image = at_url(engine, owner="ada", hashtags=["Sea", "sun"], metadata={"b": 2})

    with transaction(engine) as connection:
        found = claim_to_fetch(connection, LEASE_SECONDS, MAX_ATTEMPTS)
        assert found
        assert store_fetched(connection, found[0], image, fetched(b"d" * 32)) is Fetched.COPY

    assert read_row(engine, image)["same_as"] == known
    row = read_row(engine, known)
    assert (row["hashtags"], row["metadata"]) == (["sea", "sun"], {"a": 1, "b": 2})


def test_corrections_of_a_copy_count_for_its_original(settings: Settings, engine: Engine) -> None:
    client = create_app(settings).test_client()
    known, image = insert_row(engine, sha256=b"d" * 32), at_url(engine)
    correct(client, known, add=["dog"], user="ada")
    correct(client, image, remove=["dog"], add=["tabby"], user="bob")

    with transaction(engine) as connection:
        found = claim_to_fetch(connection, LEASE_SECONDS, MAX_ATTEMPTS)
        assert found
        store_fetched(connection, found[0], image, fetched(b"d" * 32))

    labels = get(client, "/v1/labels")["labels"]
    assert {(label["image"], label["tag"], label["present"]) for label in labels} == {
        (str(known), "dog", False),
        (str(known), "tabby", True),
    }
    answer = correct(client, image, add=["hammer"])
    assert answer["image"] == str(known)
    assert {"hammer", "tabby", "cat"} <= tags_of(answer).keys()


def test_an_image_that_was_deleted_while_it_was_fetched_is_gone(engine: Engine) -> None:
    image = at_url(engine)
    with transaction(engine) as connection:
        found = claim_to_fetch(connection, LEASE_SECONDS, MAX_ATTEMPTS)
        delete_image(connection, image)

    assert found
    with transaction(engine) as connection:
        assert store_fetched(connection, found[0], image, fetched(b"d" * 32)) is Fetched.GONE


def test_a_fetcher_that_lost_its_lease_stores_nothing(engine: Engine) -> None:
    image = at_url(engine)
    with transaction(engine) as connection:
        slow = claim_to_fetch(connection, 0, MAX_ATTEMPTS)
    with transaction(engine) as connection:
        assert claim_to_fetch(connection, LEASE_SECONDS, MAX_ATTEMPTS)

    assert slow
    with transaction(engine) as connection:
        assert store_fetched(connection, slow[0], image, fetched(b"d" * 32)) is Fetched.LOST
    assert read_row(engine, image)["sha256"] is None
