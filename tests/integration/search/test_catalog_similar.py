"""Visual search over stored embeddings."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from services.catalog.app import create_app
from services.catalog.search import embedding
from shared.config import Settings, load_settings
from tests.support.pictures.pictures import huge_png
from tests.support.pictures.rows import insert_row
from tests.support.requests.answers import get


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


@pytest.fixture
def tagged(tag_photos: Callable[..., dict[str, UUID]], photos: dict[str, Path]) -> dict[str, UUID]:
    """Every photograph, tagged, and the cat of another owner with one byte appended."""
    images = tag_photos(photos, "")
    images["same cat"] = tag_photos(["cat"], "ada", end=b"!")["cat"]
    return images


def test_similar_images_come_the_most_similar_first_and_without_the_image_itself(
    client: FlaskClient, tagged: dict[str, UUID]
) -> None:
    images = get(client, f"/v1/images/{tagged['cat']}/similar")["images"]

    assert images[0]["id"] == str(tagged["same cat"])
    assert images[0]["similarity"] == pytest.approx(1, abs=1e-3)
    assert images[0]["tags"]
    similarities = [image["similarity"] for image in images]
    assert similarities == sorted(similarities, reverse=True)
    others = set(tagged.values()) - {tagged["cat"]}
    assert {image["id"] for image in images} == {str(image) for image in others}
    few = get(client, f"/v1/images/{tagged['cat']}/similar?limit=2")["images"]
    assert few == images[:2]


def test_a_waiting_image_has_nothing_to_compare(client: FlaskClient, engine: Engine) -> None:
    answer = client.get(f"/v1/images/{insert_row(engine)}/similar")

    assert answer.status_code == 404
    assert "queued" in answer.get_json()["detail"]


def test_a_file_that_is_not_a_picture_is_refused_before_a_worker_is_asked(
    client: FlaskClient, settings: Settings
) -> None:
    assert client.post("/v1/search/similar").status_code == 400
    assert client.post("/v1/search/similar", data=b"hello").status_code == 415
    assert client.post("/v1/search/similar", data=huge_png()).status_code == 413
    small = load_settings(**settings.model_dump() | {"max_image_bytes": 1000})
    answer = create_app(small).test_client().post("/v1/search/similar", data=b"x" * 1001)
    assert answer.status_code == 413
    assert "1,000 bytes" in answer.get_json()["detail"]


def test_without_a_worker_the_answer_says_so_and_nothing_is_kept(
    client: FlaskClient,
    photos: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(embedding, "ANSWER_SECONDS", 0.1)

    answer = client.post("/v1/search/similar", data=photos["cat"].read_bytes())

    assert answer.status_code == 503
    assert "worker" in answer.get_json()["detail"]
    assert not [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]


def test_without_a_broker_the_answer_says_so(
    settings: Settings, photos: dict[str, Path], tmp_path: Path
) -> None:
    nowhere = load_settings(
        **settings.model_dump() | {"broker_url": f"redis+socket://{tmp_path}/nowhere"}
    )

    answer = (
        create_app(nowhere)
        .test_client()
        .post("/v1/search/similar", data=photos["cat"].read_bytes())
    )

    assert answer.status_code == 503
    assert "broker" in answer.get_json()["detail"]
