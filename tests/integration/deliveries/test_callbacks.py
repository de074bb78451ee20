"""Callback URLs of uploads."""

from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine

from services.ingest.app import create_app
from shared.config import Settings
from tests.support.events.events import deliveries
from tests.support.pictures.pictures import READABLE
from tests.support.pictures.rows import read_row, set_row
from tests.support.requests.uploads import blobs, files, post

PNG = READABLE["PNG"]()
CALLBACK = "http://127.0.0.1:1/done"


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


def send(client: FlaskClient, callback_url: str) -> UUID:
    """Upload the picture; return its id."""
    answer = post(client, files(("a.png", PNG), callback_url=callback_url))
    assert answer.status_code in (200, 202), answer.text
    return UUID(answer.get_json()["id"])


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://10.0.0.1/", "not public"),
        ("http://169.254.169.254/", "not public"),
        ("http://localhost/", "not public"),
        ("file:///etc/passwd", "Only http and https"),
        ("http://user:word@127.0.0.1/", "user name or a password"),
        ("http://[::1", "cannot be understood"),
        ("", "Only http and https"),
    ],
)
def test_a_callback_that_can_never_be_sent_is_refused_and_nothing_is_kept(
    client: FlaskClient, tmp_path: Path, url: str, reason: str
) -> None:
    answer = post(client, files(("a.png", PNG), callback_url=url))

    assert answer.status_code == 400
    assert reason in answer.get_json()["detail"]
    assert blobs(tmp_path) == []


def test_without_a_secret_no_callback_is_taken(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"callback_secret": SecretStr("")}))

    answer = post(app.test_client(), files(("a.png", PNG), callback_url=CALLBACK))

    assert answer.status_code == 400
    assert "TAGLOOP_CALLBACK_SECRET" in answer.get_json()["detail"]


def test_a_callback_for_a_tagged_picture_is_sent_at_once(
    client: FlaskClient, engine: Engine
) -> None:
    image = send(client, CALLBACK)
    set_row(engine, image, "status = 'tagged', tagged_at = now()")

    assert send(client, f"{CALLBACK}?again") == image

    [row] = deliveries(engine)
    assert (row["type"], row["callback_url"]) == ("image.tagged", f"{CALLBACK}?again")
    assert row["image_id"] == image


def test_every_callback_for_a_waiting_picture_is_stored(
    client: FlaskClient, engine: Engine
) -> None:
    image = send(client, CALLBACK)

    assert send(client, f"{CALLBACK}?again") == image

    assert read_row(engine, image)["callback_url"] == CALLBACK
    assert deliveries(engine) == []
    with engine.connect() as connection:
        copies = connection.exec_driver_sql(
            "SELECT callback_url FROM images WHERE same_as IS NOT NULL"
        )
        assert copies.scalars().all() == [f"{CALLBACK}?again"]
