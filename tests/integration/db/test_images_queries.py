"""Queries about images for uploads and for the catalog."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from shared.db.connection.engine import transaction
from shared.db.images.deleting import delete_image
from shared.db.images.images import NewImage, find_image, find_known, insert_new, list_images
from shared.db.monitoring.backlog import count_waiting
from shared.db.owners.access import EVERYTHING
from shared.db.tags.tags import wordnet_tag_ids
from shared.messaging.celery_app import BULK
from shared.storage.image_ids import new_image_id
from tests.support.pictures.rows import insert_row, set_row


def new_image(owner: str, digest: bytes) -> NewImage:
    return NewImage(new_image_id(), owner, BULK, sha256=digest)


def insert(engine: Engine, rows: list[NewImage]) -> dict[UUID, UUID]:
    with transaction(engine) as connection:
        return insert_new(connection, rows)


def listed(engine: Engine, **filters: object) -> list[UUID]:
    with transaction(engine) as connection:
        given: dict[str, object] = {"before": None, "limit": 10}
        rows = list_images(connection, EVERYTHING, **{**given, **filters})  # type: ignore[arg-type]
        return [row["id"] for row in rows]


def test_the_same_bytes_of_the_same_owner_are_the_same_image(engine: Engine) -> None:
    first, again, of_another = new_image("a", b"1"), new_image("a", b"1"), new_image("b", b"1")

    assert insert(engine, [first]) == {first.id: first.id}
    assert insert(engine, [again, of_another]) == {
        again.id: first.id,
        of_another.id: of_another.id,
    }


def test_twins_in_one_request_are_one_image(engine: Engine) -> None:
    one, other = new_image("a", b"1"), new_image("a", b"1")

    known = insert(engine, [one, other])

    assert len(set(known.values())) == 1
    assert known[one.id] in (one.id, other.id)


def test_images_that_are_not_fetched_yet_are_never_duplicates(engine: Engine) -> None:
    rows = [NewImage(new_image_id(), "a", BULK, source_url="http://x/a.jpg") for _ in range(2)]

    assert set(insert(engine, rows).values()) == {row.id for row in rows}


def test_requests_that_bring_the_same_pictures_at_once_agree(engine: Engine) -> None:
    """They come in opposite orders, so that each holds what the other one wants next."""
    digests = [number.to_bytes(4, "big") for number in range(100)]
    start = threading.Barrier(4)

    def send(worker: int) -> dict[bytes, UUID]:
        order = digests if worker % 2 else digests[::-1]
        rows = [new_image("a", digest) for digest in order]
        start.wait()
        known = insert(engine, rows)
        return {row.sha256: known[row.id] for row in rows if row.sha256}

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(send, range(4)))

    assert answers[1:] == answers[:-1]


def test_known_digests_are_found_of_their_owner_alone(engine: Engine) -> None:
    image = insert_row(engine, owner="a", sha256=b"1" * 32)
    insert_row(engine, owner="b", sha256=b"2" * 32)

    with transaction(engine) as connection:
        known = find_known(connection, "a", [b"1" * 32, b"2" * 32, b"3" * 32])
        assert find_known(connection, "a", []) == {}

    assert known == {b"1" * 32: image}


def test_a_copy_is_found_as_the_image_it_copies(engine: Engine) -> None:
    image, copy = insert_row(engine), insert_row(engine)
    set_row(engine, copy, f"same_as = '{image}'")

    with transaction(engine) as connection:
        found = find_image(connection, copy, EVERYTHING)
        assert find_image(connection, uuid4(), EVERYTHING) is None

    assert found is not None
    assert found["id"] == image


def test_a_list_has_the_newest_first_and_every_filter_counts(engine: Engine) -> None:
    first, second, third = (insert_row(engine, owner=owner) for owner in ("a", "b", "a"))
    set_row(engine, second, "status = 'failed', error = 'late'")
    set_row(engine, third, "status = 'failed', error = 'late'")

    assert listed(engine) == [third, second, first]
    assert listed(engine, limit=2) == [third, second]
    assert listed(engine, before=second) == [first]
    assert listed(engine, owner="a") == [third, first]
    assert listed(engine, status="failed", owner="a") == [third]
    assert listed(engine, owner="c") == []


def test_a_list_by_tag_has_the_images_that_show_it(engine: Engine) -> None:
    images = [insert_row(engine) for _ in range(3)]
    with transaction(engine) as connection:
        ids = wordnet_tag_ids(connection)
        dog, cat = ids["dog"], ids["cat"]
        for image in images[:2]:
            connection.execute(
                text("INSERT INTO image_tags VALUES (:image, :tag, 0.9)"),
                {"image": image, "tag": dog},
            )

    assert listed(engine, tags=[[dog]]) == [images[1], images[0]]
    assert listed(engine, tags=[[dog]], before=images[1]) == [images[0]]
    assert listed(engine, tags=[[cat]]) == []
    assert listed(engine, tags=[[cat, dog]]) == [images[1], images[0]]
    assert listed(engine, tags=[[dog], [cat]]) == []


def test_copies_are_not_listed(engine: Engine) -> None:
    image, copy = insert_row(engine), insert_row(engine)
    set_row(engine, copy, f"same_as = '{image}'")

    assert listed(engine) == [image]


def test_deleting_an_image_deletes_its_copies_tags_and_embedding(engine: Engine) -> None:
    image, copy, other = (insert_row(engine) for _ in range(3))
    set_row(engine, copy, f"same_as = '{image}'")
    with transaction(engine) as connection:
        dog = wordnet_tag_ids(connection)["dog"]
        connection.execute(
            text("INSERT INTO image_tags VALUES (:image, :tag, 0.9)"), {"image": image, "tag": dog}
        )

    with transaction(engine) as connection:
        assert sorted(delete_image(connection, image)) == sorted([image, copy])
        assert delete_image(connection, image) == []

    assert listed(engine) == [other]
    with transaction(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM image_tags")).scalar() == 0


def test_waiting_images_are_counted_by_queue(engine: Engine) -> None:
    old = insert_row(engine, queue="one")
    insert_row(engine, queue="one")
    done = insert_row(engine, queue="two")
    set_row(engine, old, "created_at = now() - interval '1 hour'")
    set_row(engine, done, "status = 'tagged'")

    with transaction(engine) as connection:
        [row] = count_waiting(connection)

    assert (row["queue"], row["images"]) == ("one", 2)
    assert row["oldest_seconds"] == pytest.approx(3600, abs=60)
