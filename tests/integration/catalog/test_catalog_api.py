"""One image in the catalog, tagged by the real network."""

import io
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Engine, text

from services.catalog.app import create_app
from services.worker.tagging.pipeline import Pipeline
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.model.vocabulary import load_imagenet
from shared.storage.storage import Storage
from tests.support.pictures.pictures import scene, turned
from tests.support.pictures.rows import insert_row, store_image
from tests.support.requests.answers import get

PROBLEM = "application/problem+json"


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


def groups_of(tags: list[dict[str, Any]]) -> list[int]:
    """Return the groups in which tags are shown, in their order."""
    vocabulary = load_imagenet()
    return vocabulary.display_groups([vocabulary.index(tag["tag"]) for tag in tags])


def test_an_image_has_its_tags_the_best_first(client: FlaskClient, cat: UUID) -> None:
    document = get(client, f"/v1/images/{cat}")

    assert (document["status"], document["format"], document["error"]) == ("tagged", "png", None)
    assert (document["width"], document["height"]) == (451, 300)
    assert document["model"] == 1
    tags = document["tags"]
    assert tags[0]["tag"] == "cat"
    assert "animal" in [tag["tag"] for tag in tags]
    keys = list(zip(groups_of(tags), [-tag["confidence"] for tag in tags], strict=True))
    assert keys == sorted(keys)


@pytest.mark.parametrize("limit", [0.0, 0.2, 0.5, 0.9, 0.99])
def test_another_limit_shows_only_sure_tags_and_keeps_the_best_first(
    client: FlaskClient, cat: UUID, limit: float
) -> None:
    tags = get(client, f"/v1/images/{cat}?min_confidence={limit}")["tags"]

    assert tags
    assert all(tag["confidence"] >= limit for tag in tags)
    assert groups_of(tags) == sorted(groups_of(tags))
    first = get(client, f"/v1/images/{cat}?min_confidence={limit}&max_tags=1")["tags"]
    assert first == tags[:1]


def test_named_tags_have_a_confidence_whether_shown_or_not(client: FlaskClient, cat: UUID) -> None:
    tags = get(client, f"/v1/images/{cat}?tags=Cat,teapot,%23animal")["tags"]

    assert [tag["tag"] for tag in tags] == ["cat", "teapot", "animal"]
    assert tags[0]["confidence"] > 0.5 > tags[1]["confidence"]


def test_an_image_that_waits_has_no_tags_yet(client: FlaskClient, engine: Engine) -> None:
    image = insert_row(engine)

    for query in ("", "?min_confidence=0", "?tags=cat"):
        document = get(client, f"/v1/images/{image}{query}")
        assert (document["status"], document["tags"]) == ("queued", [])


def test_naming_no_tag_or_an_unknown_one_says_so(client: FlaskClient, cat: UUID) -> None:
    assert client.get(f"/v1/images/{cat}?tags=,").status_code == 400
    assert client.get(f"/v1/images/{cat}?tags=cat,no-such-tag").status_code == 404


def test_the_file_comes_back_as_it_was_sent_and_nothing_in_it_can_run(
    client: FlaskClient, cat: UUID, photos: dict[str, Path]
) -> None:
    answer = client.get(f"/v1/images/{cat}/file")

    assert answer.data == photos["cat"].read_bytes()
    assert answer.mimetype == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "private" in answer.headers["Cache-Control"]


def test_a_part_of_a_file_is_sent_and_nothing_that_the_client_has(
    client: FlaskClient, cat: UUID, photos: dict[str, Path]
) -> None:
    path, whole = f"/v1/images/{cat}/file", photos["cat"].read_bytes()

    part = client.get(path, headers={"Range": "bytes=10-19"})
    beyond = client.get(path, headers={"Range": f"bytes={len(whole)}-"})
    known = client.get(path, headers={"If-None-Match": str(part.headers["ETag"])})

    assert (part.status_code, part.data) == (206, whole[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"
    assert beyond.status_code == 416
    assert beyond.mimetype == "application/problem+json"
    assert (known.status_code, known.data) == (304, b"")


def test_a_thumbnail_is_small_upright_and_without_metadata(
    client: FlaskClient,
    pipeline: Pipeline,
    settings: Settings,
    engine: Engine,
    storage: Storage,
) -> None:
    image = store_image(settings, engine, storage, turned(6, "JPEG", scene(900, 600)))
    assert client.get(f"/v1/images/{image}/thumbnail").status_code == 404
    pipeline.tag([image])

    answers = [client.get(f"/v1/images/{image}/thumbnail") for _ in range(2)]

    assert answers[0].data == answers[1].data
    assert answers[0].mimetype == "image/jpeg"
    thumbnail = Image.open(io.BytesIO(answers[0].data))
    assert max(thumbnail.size) == 320
    assert thumbnail.height > thumbnail.width
    assert not thumbnail.getexif()


def test_deleting_an_image_deletes_everything_of_it(
    client: FlaskClient, engine: Engine, cat: UUID, tmp_path: Path
) -> None:
    client.get(f"/v1/images/{cat}/thumbnail")
    kept = [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    assert len(kept) == 3  # head, original, thumbnail

    assert client.delete(f"/v1/images/{cat}").status_code == 204

    assert client.get(f"/v1/images/{cat}").status_code == 404
    assert client.delete(f"/v1/images/{cat}").status_code == 404
    left = [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    assert [path.parent.name for path in left] == ["heads"]
    with transaction(engine) as connection:
        for table in ("images", "image_tags", "embeddings"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0


def test_health_readiness_and_metrics(client: FlaskClient, cat: UUID) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200
    metrics = client.get("/metrics").text
    assert 'tagloop_model_info{kind="head",version="1"} 1.0' in metrics


def test_without_a_model_a_service_is_alive_and_not_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "start a worker" in answer.get_json()["detail"]
