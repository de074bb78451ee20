"""Claims, leases and outcomes, on real Postgres with real concurrency."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import numpy as np
import pytest
from sqlalchemy import Engine, text

from shared.db.connection.engine import transaction
from shared.db.images.images import find_embedding
from shared.db.images.tagging import (
    Claim,
    FailedImage,
    TaggedImage,
    claim_images,
    return_to_queue,
    store_failed,
    store_tagged,
)
from shared.db.models.models import insert_backbone, insert_first_version
from shared.db.tags.shown import tags_of_images
from shared.db.tags.tags import wordnet_tag_ids
from tests.support.pictures.rows import insert_row, read_row, set_row

LEASE_SECONDS = 60.0
MAX_ATTEMPTS = 5
DIMENSIONS = 4


@pytest.fixture
def model(engine: Engine) -> tuple[int, int]:
    """The ids of a backbone and of a version of the head."""
    with transaction(engine) as connection:
        backbone_id = insert_backbone(connection, "lite0", DIMENSIONS, None)
        return backbone_id, insert_first_version(
            connection, backbone_id, "heads/1", {}, is_live=True
        )


def claim(engine: Engine, ids: list[UUID]) -> Claim:
    with transaction(engine) as connection:
        return claim_images(connection, ids, LEASE_SECONDS, MAX_ATTEMPTS)


def claimed_ids(engine: Engine, ids: list[UUID]) -> set[UUID]:
    return {image.id for image in claim(engine, ids).images}


def outcome(image_id: UUID, tags: list[int]) -> TaggedImage:
    return TaggedImage(
        image_id,
        np.arange(DIMENSIONS, dtype=np.float16),
        np.array(tags, dtype=np.int32),
        np.full(len(tags), 0.75, dtype=np.float32),
    )


def store(engine: Engine, held: Claim, ids: list[UUID], model: tuple[int, int]) -> set[UUID]:
    with transaction(engine) as connection:
        ids_of_tags = wordnet_tag_ids(connection)
        tags = [ids_of_tags["dog"], ids_of_tags["animal"]]
        return store_tagged(connection, held, [outcome(i, tags) for i in ids], *model)


def test_a_claim_takes_an_image_that_another_transaction_refers_to(engine: Engine) -> None:
    image = insert_row(engine)
    with transaction(engine) as uploading:
        # As an upload of the same bytes and the foreign key of a correction do.
        uploading.execute(text("SELECT FROM images WHERE id = :id FOR KEY SHARE"), {"id": image})

        assert claimed_ids(engine, [image]) == {image}


def test_a_claim_takes_only_waiting_images(engine: Engine) -> None:
    waiting, held, tagged, failed, not_fetched, exhausted = (insert_row(engine) for _ in range(6))
    claim(engine, [held])
    set_row(engine, tagged, "status = 'tagged'")
    set_row(engine, failed, "status = 'failed', error = 'late'")
    set_row(engine, not_fetched, "sha256 = NULL")
    set_row(engine, exhausted, f"attempts = {MAX_ATTEMPTS}")

    asked = [waiting, held, tagged, failed, not_fetched, exhausted, uuid4()]
    taken = claim(engine, asked)

    assert [image.id for image in taken.images] == [waiting]
    row = read_row(engine, waiting)
    assert (row["attempts"], row["claim"], row["status"]) == (1, taken.token, "queued")


def test_a_claim_of_nothing_is_empty(engine: Engine) -> None:
    assert claim(engine, []).images == ()


def test_workers_that_claim_at_once_share_no_image_and_miss_none(engine: Engine) -> None:
    ids = [insert_row(engine) for _ in range(60)]

    with ThreadPoolExecutor(4) as threads:
        claims = list(threads.map(lambda _: claimed_ids(engine, ids), range(4)))
    # Whoever met a row that another one was just taking has skipped it.
    claims.append(claimed_ids(engine, ids))

    assert sum(map(len, claims)) == len(ids)
    assert set().union(*claims) == set(ids)


def test_a_claimer_does_not_wait_for_a_row_that_another_one_is_taking(engine: Engine) -> None:
    held, free = insert_row(engine), insert_row(engine)

    with transaction(engine) as connection:
        connection.execute(text("SELECT 1 FROM images WHERE id = :id FOR UPDATE"), {"id": held})
        assert claimed_ids(engine, [held, free]) == {free}


def test_an_image_whose_lease_ran_out_can_be_claimed_again(engine: Engine) -> None:
    image = insert_row(engine)
    claim(engine, [image])
    set_row(engine, image, "lease_until = now() - interval '1 second'")

    assert claimed_ids(engine, [image]) == {image}
    assert read_row(engine, image)["attempts"] == 2


def test_tags_and_embedding_are_stored_together(engine: Engine, model: tuple[int, int]) -> None:
    ids = [insert_row(engine), insert_row(engine)]
    held = claim(engine, ids)

    assert store(engine, held, ids, model) == set(ids)

    row = read_row(engine, ids[0])
    assert (row["status"], row["model_version"]) == ("tagged", model[1])
    assert (row["claim"], row["lease_until"], row["error"]) == (None, None, None)
    with transaction(engine) as connection:
        shown = tags_of_images(connection, ids)
        stored = find_embedding(connection, ids[1])
    assert {(tag.slug, tag.confidence, tag.source) for tag in shown[ids[0]]} == {
        ("animal", 0.75, "model"),
        ("dog", 0.75, "model"),
    }
    assert stored is not None
    embedding = np.array(stored["embedding"], dtype=np.float16)
    assert embedding.tolist() == [0, 1, 2, 3]


def test_an_image_without_a_sure_tag_is_tagged_with_none(
    engine: Engine, model: tuple[int, int]
) -> None:
    image = insert_row(engine)
    held = claim(engine, [image])

    with transaction(engine) as connection:
        store_tagged(connection, held, [outcome(image, [])], *model)

    assert read_row(engine, image)["status"] == "tagged"


def test_a_lost_claim_writes_nothing(engine: Engine, model: tuple[int, int]) -> None:
    # Given a slow worker whose lease ran out, and another that took the image over
    image, own = insert_row(engine), insert_row(engine)
    slow = claim(engine, [image, own])
    set_row(engine, image, "lease_until = now() - interval '1 second'")
    quick = claim(engine, [image])

    # When the slow one comes back with every kind of outcome
    assert store(engine, slow, [image, own], model) == {own}
    with transaction(engine) as connection:
        store_failed(connection, slow, [FailedImage(image, "too slow")])
        return_to_queue(connection, slow, [image], "too slow", 0)

    # Then the image is the quick one's, untouched.
    row = read_row(engine, image)
    assert (row["status"], row["claim"], row["error"]) == ("queued", quick.token, None)
    assert store(engine, quick, [image], model) == {image}


def test_storing_again_changes_nothing(engine: Engine, model: tuple[int, int]) -> None:
    image = insert_row(engine)
    held = claim(engine, [image])
    store(engine, held, [image], model)
    before = read_row(engine, image)

    assert store(engine, held, [image], model) == set()
    assert read_row(engine, image) == before


def test_a_failed_image_keeps_its_reason(engine: Engine) -> None:
    image, other = insert_row(engine), insert_row(engine)
    held = claim(engine, [image, other])

    with transaction(engine) as connection:
        store_failed(
            connection, held, [FailedImage(image, "The file is empty."), FailedImage(other, "")]
        )

    row = read_row(engine, image)
    assert (row["status"], row["error"]) == ("failed", "The file is empty.")
    assert claimed_ids(engine, [image, other]) == set()


def test_an_image_returned_to_the_queue_keeps_the_reason_and_waits_a_little(engine: Engine) -> None:
    image = insert_row(engine)
    held = claim(engine, [image])

    with transaction(engine) as connection:
        return_to_queue(connection, held, [image], "The storage is away.", retry_seconds=60)

    row = read_row(engine, image)
    assert (row["status"], row["claim"]) == ("queued", None)
    assert row["error"] == "The storage is away."
    assert claimed_ids(engine, [image]) == set()
    set_row(engine, image, "lease_until = now()")
    assert claimed_ids(engine, [image]) == {image}
