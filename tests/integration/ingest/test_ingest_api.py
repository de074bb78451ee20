"""Every way to upload pictures."""

import hashlib
import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import Engine

from services.ingest.app import create_app
from shared.config import Settings
from shared.messaging.celery_app import BULK, INTERACTIVE
from shared.storage.storage import Storage, original_key
from shared.web.context import EXTENSION
from tests.integration.ingest.test_relay import announced
from tests.support.conditions import wait_for
from tests.support.pictures.pictures import READABLE, UNREADABLE
from tests.support.pictures.rows import read_row, set_row
from tests.support.requests.uploads import blobs, files, post

PNG = READABLE["PNG"]()
JPEG = READABLE["JPEG"]()


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


def test_one_picture_is_accepted_stored_and_announced(
    client: FlaskClient, engine: Engine, storage: Storage, redis: Redis
) -> None:
    answer = post(client, files(("scene.png", PNG)))

    assert answer.status_code == 202
    document = answer.get_json()
    assert document == {
        "id": document["id"],
        "status": "queued",
        "url": f"/v1/images/{document['id']}",
    }
    row = read_row(engine, document["id"])
    assert (row["filename"], row["format"], row["width"], row["bytes"]) == (
        "scene.png",
        "PNG",
        96,
        len(PNG),
    )
    assert bytes(row["sha256"]) == hashlib.sha256(PNG).digest()
    assert storage.get(original_key(row["id"])) == PNG
    wait_for(lambda: announced(redis, INTERACTIVE) == [document["id"]], "the message")


def test_the_body_itself_may_be_the_picture(client: FlaskClient, engine: Engine) -> None:
    answer = client.post("/v1/images?owner=ada", data=PNG, content_type="image/png")

    assert answer.status_code == 202
    assert read_row(engine, answer.get_json()["id"])["owner"] == "ada"


def test_many_pictures_are_answered_one_by_one_in_their_order(
    client: FlaskClient, redis: Redis
) -> None:
    text_file = UNREADABLE["text"]()

    answer = post(
        client, files(("a.png", PNG), ("b.jpg", text_file), ("empty.jpg", b""), ("c.jpg", JPEG))
    )

    assert answer.status_code == 202
    images = answer.get_json()["images"]
    assert [image["filename"] for image in images] == ["a.png", "b.jpg", "empty.jpg", "c.jpg"]
    assert [image["status"] for image in images] == ["queued", "refused", "refused", "queued"]
    assert [images[n]["problem"]["status"] for n in (1, 2)] == [415, 400]
    wait_for(lambda: announced(redis, BULK) == [images[0]["id"], images[3]["id"]], "the message")


def test_options_stand_in_fields_and_in_the_query_and_fields_win(
    client: FlaskClient, engine: Engine
) -> None:
    body = files(("a.png", PNG), owner="ada", hashtags="#beach, sun", metadata='{"shot": 1}')

    answer = post(client, body, "?owner=bob&callback_url=http://93.184.215.14/done")

    row = read_row(engine, answer.get_json()["id"])
    assert row["owner"] == "ada"
    assert row["hashtags"] == ["beach", "sun"]
    assert row["metadata"] == {"shot": 1}
    assert row["callback_url"] == "http://93.184.215.14/done"


def test_the_same_bytes_again_are_the_same_image_and_leave_no_second_file(
    client: FlaskClient, tmp_path: Path
) -> None:
    first = post(client, files(("a.png", PNG))).get_json()

    again = post(client, files(("other-name.png", PNG)))
    for_bob = post(client, files(("a.png", PNG), owner="bob"))

    assert (again.status_code, again.get_json()["id"]) == (200, first["id"])
    assert for_bob.status_code == 202
    assert for_bob.get_json()["id"] != first["id"]
    assert len(blobs(tmp_path)) == 2


def test_metadata_sent_with_known_bytes_are_added(client: FlaskClient, engine: Engine) -> None:
    first = files(("a.png", PNG), hashtags="Café, sun", metadata='{"shot": 1, "lens": "35"}')
    image = post(client, first).get_json()["id"]

    again = files(("b.png", PNG), hashtags="CAFÉ, New York", metadata='{"shot": 2, "album": "x"}')
    answer = post(client, again)

    row = read_row(engine, image)
    assert (answer.status_code, "not_kept" in answer.get_json()) == (200, False)
    assert row["hashtags"] == ["Café", "sun", "New York"]
    assert row["metadata"] == {"shot": 2, "lens": "35", "album": "x"}
    assert row["filename"] == "a.png"


def test_hashtags_and_metadata_that_exceed_the_limits_of_a_known_image_are_named(
    client: FlaskClient, engine: Engine
) -> None:
    said = {"hashtags": ",".join(map(str, range(90))), "metadata": json.dumps({"a": "x" * 12_000})}
    image = post(client, files(("a.png", PNG), **said)).get_json()["id"]

    more = {
        "hashtags": ",".join(map(str, range(80, 120))),
        "metadata": json.dumps({"b": "x" * 12_000}),
    }
    answer = post(client, files(("a.png", PNG), **more)).get_json()

    assert (answer["id"], answer["not_kept"]) == (image, ["hashtags", "metadata"])
    assert len(read_row(engine, image)["hashtags"]) == 90


def test_a_hashtag_parameter_may_be_given_twice(client: FlaskClient, engine: Engine) -> None:
    answer = post(client, files(("a.png", PNG)), "?hashtags=beach&hashtags=New+York,Paris")

    row = read_row(engine, answer.get_json()["id"])
    assert row["hashtags"] == ["beach", "New York", "Paris"]
    assert post(client, files(("b.png", PNG)), "?owner=ada&owner=bob").status_code == 400


def test_twins_in_one_request_are_one_image(client: FlaskClient, tmp_path: Path) -> None:
    images = post(client, files(("a.png", PNG), ("b.png", PNG))).get_json()["images"]

    assert images[0]["id"] == images[1]["id"]
    assert len(blobs(tmp_path)) == 1


def test_waiting_for_what_is_done_answers_at_once(client: FlaskClient, engine: Engine) -> None:
    image = post(client, files(("a.png", PNG))).get_json()["id"]
    set_row(engine, image, "status = 'failed', error = 'a reason'")

    answer = post(client, files(("a.png", PNG)), "?wait=30")

    assert answer.status_code == 200
    document = answer.get_json()
    assert (document["id"], document["status"], document["error"]) == (image, "failed", "a reason")


def test_when_the_wait_is_over_the_response_is_the_same_as_without_waiting(
    client: FlaskClient,
) -> None:
    answer = post(client, files(("a.png", PNG)), "?wait=0.1")

    assert answer.status_code == 202
    assert answer.get_json()["status"] == "queued"


def test_known_files_are_found_by_their_digests(client: FlaskClient) -> None:
    image = post(client, files(("a.png", PNG))).get_json()["id"]
    known, unknown = hashlib.sha256(PNG).hexdigest(), "0" * 64

    answer = client.post("/v1/images/known", json={"sha256": [known.upper(), unknown]})

    assert answer.get_json() == {"known": {known: image}}
    of_bob = client.post("/v1/images/known", json={"owner": "bob", "sha256": [known]})
    assert of_bob.get_json() == {"known": {}}


def test_a_url_is_accepted_and_left_to_a_worker(
    settings: Settings, engine: Engine, redis: Redis
) -> None:
    allowed = settings.model_copy(update={"fetch_allowed_hosts": frozenset({"127.0.0.1"})})
    client = create_app(allowed).test_client()

    answer = client.post("/v1/images", json={"url": "http://127.0.0.1:9/a.jpg", "owner": "ada"})

    assert answer.status_code == 202
    row = read_row(engine, answer.get_json()["id"])
    assert (row["source_url"], row["owner"], row["sha256"]) == (
        "http://127.0.0.1:9/a.jpg",
        "ada",
        None,
    )
    wait_for(lambda: redis.llen(INTERACTIVE), "the message")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\\\Users\\\\a.png", "a.png"),  # each backslash escaped, as on the wire
        ("Bär 🐻.png", "Bär 🐻.png"),
        ("a\x1b[31m.png", "a[31m.png"),
        ("x" * 300 + ".png", "x" * 255),
    ],
)
def test_a_file_name_keeps_its_last_part_without_control_characters(
    client: FlaskClient, engine: Engine, sent: str, kept: str
) -> None:
    answer = post(client, files((sent, PNG)))

    assert read_row(engine, answer.get_json()["id"])["filename"] == kept


def test_an_unreachable_database_is_a_503_that_says_when_to_retry(settings: Settings) -> None:
    away = {"database_url": "postgresql+psycopg2://tagloop@/tagloop?host=/nowhere"}
    client = create_app(settings.model_copy(update=away)).test_client()

    answer = post(client, files(("a.png", PNG)))

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_uploads_are_accepted_while_the_broker_is_unreachable(settings: Settings) -> None:
    away = {"broker_url": "redis+socket:///nowhere"}
    app = create_app(settings.model_copy(update=away))

    assert post(app.test_client(), files(("a.png", PNG))).status_code == 202

    app.extensions[EXTENSION].relay.close()
