"""Uploads that are refused, with the reason, and nothing left behind."""

import io
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client import REGISTRY
from sqlalchemy import Engine, text

from services.ingest.app import create_app
from shared.config import Settings
from shared.db.connection.engine import transaction
from tests.support.pictures.pictures import READABLE, UNREADABLE, huge_png
from tests.support.requests.uploads import blobs, files, post

PNG = READABLE["PNG"]()
JPEG = READABLE["JPEG"]()


def _count(outcome: str) -> float:
    labels = {"source": "upload", "outcome": outcome}
    return REGISTRY.get_sample_value("tagloop_uploads_total", labels) or 0


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


@pytest.mark.parametrize(
    "question",
    [
        {},
        {"sha256": "x"},
        {"sha256": ["x"]},
        {"sha256": ["0" * 64] * 1001},
        {"owner": "\x00", "sha256": []},
        {"owner": 5, "sha256": []},
    ],
)
def test_an_invalid_query_for_known_files_is_a_bad_request(
    client: FlaskClient, question: object
) -> None:
    answer = client.post("/v1/images/known", json=question)

    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_file_that_is_not_a_picture_is_refused_whatever_its_name(
    client: FlaskClient, tmp_path: Path, kind: str
) -> None:
    answer = post(client, files(("photo.jpg", UNREADABLE[kind]())))

    assert answer.status_code == 415
    assert answer.mimetype == "application/problem+json"
    assert "not a picture" in answer.get_json()["detail"]
    assert not blobs(tmp_path)


def test_refusals_are_counted_alone_and_among_others(client: FlaskClient) -> None:
    text_file = UNREADABLE["text"]()
    before = _count("refused"), _count("accepted")

    post(client, files(("a.jpg", text_file)))
    post(client, files(("a.jpg", text_file), ("b.png", PNG)))

    assert (_count("refused"), _count("accepted")) == (before[0] + 2, before[1] + 1)


def test_an_empty_file_is_refused(client: FlaskClient) -> None:
    assert post(client, files(("a.jpg", b""))).status_code == 400
    assert client.post("/v1/images", data=b"", content_type="image/jpeg").status_code == 400


def test_too_many_pixels_are_refused(client: FlaskClient) -> None:
    answer = post(client, files(("bomb.png", huge_png())))

    assert answer.status_code == 413
    assert "60000 x 60000" in answer.get_json()["detail"]


def test_a_file_over_the_limit_is_refused_and_the_next_one_accepted(settings: Settings) -> None:
    limit = len(PNG)
    client = create_app(settings.model_copy(update={"max_image_bytes": limit})).test_client()
    large = PNG + b"\x00"

    images = post(client, files(("large.png", large), ("a.png", PNG))).get_json()["images"]
    raw = client.post("/v1/images", data=large, content_type="image/png")

    assert [image["status"] for image in images] == ["refused", "queued"]
    assert images[0]["problem"]["status"] == raw.status_code == 413


def test_too_many_files_are_refused_as_a_whole(settings: Settings, tmp_path: Path) -> None:
    client = create_app(settings.model_copy(update={"max_files": 3})).test_client()
    pictures = [(f"{number}.png", PNG) for number in range(4)]

    assert post(client, files(*pictures[:3])).status_code == 202
    stored = blobs(tmp_path)
    answer = post(client, files(*pictures))

    assert answer.status_code == 400
    assert "at most 3 files" in answer.get_json()["detail"]
    assert blobs(tmp_path) == stored


def test_an_option_that_does_not_fit_refuses_the_request_and_leaves_nothing_behind(
    client: FlaskClient, tmp_path: Path
) -> None:
    answer = post(client, files(("a.png", PNG), metadata="no json"))

    assert answer.status_code == 400
    assert answer.get_json()["detail"].startswith("metadata:")
    assert not blobs(tmp_path)


def test_a_client_that_hangs_up_in_the_middle_leaves_nothing_behind(
    client: FlaskClient, engine: Engine, tmp_path: Path
) -> None:
    # Given a body that ends after its first file though it said it would go on
    start = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    body = start + PNG + b"\r\n" + start + PNG[:100]

    answer = client.post(
        "/v1/images",
        input_stream=io.BytesIO(body),
        content_length=len(body) + 1000,
        content_type="multipart/form-data; boundary=cut",
    )

    assert answer.status_code == 400
    assert not blobs(tmp_path)
    with transaction(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM images")).scalar() == 0


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--x--\r\n"),
        ("application/json", b""),
        ("application/json", b"{"),
        ("application/json", b"[]"),
        ("application/json", b"{}"),
        ("application/json", b'{"url": null}'),
        ("application/json", b'{"url": 5}'),
        ("application/json", b"[" * 50_000),
        ("application/json", b"\xff\xfe"),
        ("application/json", b'{"url": "http://example.com/", "owner": "\\ud800"}'),
        ("application/json", b" " * 300_000),
    ],
)
def test_an_invalid_body_is_a_bad_request(
    client: FlaskClient, content_type: str, body: bytes
) -> None:
    answer = client.post("/v1/images", data=body, content_type=content_type)

    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["detail"]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/a.jpg", "file:///etc/passwd", "http://[::1", "", "a.jpg"]
)
def test_a_url_that_must_not_be_fetched_is_refused(client: FlaskClient, url: str) -> None:
    answer = client.post("/v1/images", json={"url": url})

    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
