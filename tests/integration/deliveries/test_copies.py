"""A picture that is sent again reports its outcome to the new sender too."""

from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.events.events import promise_callback
from shared.db.images.fetching import Fetched, claim_to_fetch, store_fetched
from shared.storage.originals import Original
from tests.support.events.events import LEASE_SECONDS, MAX_ATTEMPTS, register, tag, told
from tests.support.pictures.rows import insert_row

CALLBACK = "http://127.0.0.1:1/done"


def fetch_copy(engine: Engine, digest: bytes) -> UUID:
    """An image by URL, with a callback, whose bytes turn out to be known."""
    copy = insert_row(
        engine, sha256=None, format=None, source_url="http://x/a.jpg", callback_url=CALLBACK
    )
    with transaction(engine) as connection:
        found = claim_to_fetch(connection, LEASE_SECONDS, MAX_ATTEMPTS)
        assert found
        original = Original(digest, 1000, "PNG", 10, 20, 1)
        assert store_fetched(connection, found[0], copy, original) is Fetched.COPY
    return copy


def test_the_callback_of_a_copy_of_a_tagged_image_is_sent_at_once(
    client: FlaskClient, engine: Engine, version: int
) -> None:
    known = insert_row(engine, sha256=b"d" * 32)
    tag(engine, version, [known])
    register(client, "http://127.0.0.1:1/")

    copy = fetch_copy(engine, b"d" * 32)

    assert told(engine) == [("image.tagged", copy, None), ("image.tagged", copy, CALLBACK)]


def test_the_callback_of_a_copy_is_sent_with_that_of_its_waiting_original(
    client: FlaskClient, engine: Engine, version: int
) -> None:
    known = insert_row(engine, sha256=b"d" * 32)
    register(client, "http://127.0.0.1:1/")
    copy = fetch_copy(engine, b"d" * 32)
    assert told(engine) == []

    tag(engine, version, [known])

    assert sorted(told(engine), key=str) == sorted(
        [
            ("image.tagged", known, None),
            ("image.tagged", copy, None),
            ("image.tagged", copy, CALLBACK),
        ],
        key=str,
    )


def test_a_callback_for_known_bytes_is_sent_too(
    client: FlaskClient, engine: Engine, version: int
) -> None:
    register(client, "http://127.0.0.1:1/")
    known = insert_row(engine, callback_url=CALLBACK)
    with transaction(engine) as connection:
        promise_callback(connection, known, "http://127.0.0.1:1/second")

    tag(engine, version, [known])
    with transaction(engine) as connection:
        promise_callback(connection, known, "http://127.0.0.1:1/third")

    # The endpoint hears of the image once, however often its bytes were sent.
    callbacks = [callback for _, _, callback in told(engine)]
    assert sorted(callback or "" for callback in callbacks) == [
        "",
        CALLBACK,
        "http://127.0.0.1:1/second",
        "http://127.0.0.1:1/third",
    ]
