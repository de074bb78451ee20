"""Batches through the real network into real tables."""

from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import Engine

from services.worker.tagging.pipeline import Pipeline
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.images.images import find_embedding
from shared.db.tags.shown import tags_of_images
from shared.storage.storage import Storage, original_key
from tests.support.pictures.pictures import READABLE, encode, scene, truncated
from tests.support.pictures.rows import insert_row, read_row, set_row, store_image

CLOSE = 0.01
EXPECTED = {"cat": "cat", "coffee": "cup", "motorcycle": "motor-vehicle", "flower": "flower"}


@pytest.fixture
def put(settings: Settings, engine: Engine, storage: Storage) -> Any:
    """Store the bytes of a picture as an upload does; return its id."""
    return lambda data: store_image(settings, engine, storage, data)


def shown(engine: Engine, image: UUID) -> dict[str, float]:
    with transaction(engine) as connection:
        return {tag.slug: tag.confidence for tag in tags_of_images(connection, [image])[image]}


def crops(photos: dict[str, Path], count: int) -> list[bytes]:
    """Return different pictures, cut out of the photographs."""
    pictures = []
    for number in range(count):
        path = list(photos.values())[number % len(photos)]
        with Image.open(path) as photo:
            left, top = 5 * (number // len(photos)), 3 * (number // len(photos))
            box = (left, top, photo.width - 10, photo.height - 7)
            pictures.append(encode(photo.convert("RGB").crop(box), "JPEG", quality=90))
    return pictures


def test_photographs_get_the_tags_of_what_they_show(
    pipeline: Pipeline, engine: Engine, put: Any, photos: dict[str, Path]
) -> None:
    ids = {name: put(photos[name].read_bytes()) for name in ("cat", "rocket", "motorcycle")}

    assert pipeline.tag(list(ids.values())) == 3

    assert "cat" in shown(engine, ids["cat"])
    assert shown(engine, ids["rocket"]).keys() & {"missile", "projectile", "rocket"}
    assert "vehicle" in shown(engine, ids["motorcycle"])
    for image in ids.values():
        row = read_row(engine, image)
        assert row["status"] == "tagged"
        assert row["model_version"] is not None


def test_bad_pictures_fail_alone(
    pipeline: Pipeline, engine: Engine, storage: Storage, put: Any, photos: dict[str, Path]
) -> None:
    # Given good pictures, and beside them one that is damaged and one whose file is gone
    photo = photos["rocket"].read_bytes()
    good, cut_short = put(photo), put(truncated(photo))
    damaged, missing = put(READABLE["WebP"]()), put(READABLE["PNG"]())
    storage.put(original_key(damaged), truncated(READABLE["WebP"](), 0.2))
    storage.delete([original_key(missing)])

    # When they are tagged in one batch
    assert pipeline.tag([damaged, good, missing, cut_short]) == 4

    # Then each has an outcome of its own.
    assert read_row(engine, good)["status"] == "tagged"
    assert read_row(engine, cut_short)["status"] == "tagged"
    assert read_row(engine, damaged)["status"] == "failed"
    assert "damaged" in read_row(engine, damaged)["error"]
    assert read_row(engine, missing)["status"] == "failed"
    assert "gone" in read_row(engine, missing)["error"]


def test_a_picture_without_a_sure_tag_is_tagged_with_none(
    pipeline: Pipeline, engine: Engine, put: Any
) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    images = [put(encode(Image.fromarray(noise), "PNG")), put(encode(scene(), "PNG"))]

    for image in images:
        pipeline.tag([image])

    assert {read_row(engine, image)["status"] for image in images} == {"tagged"}
    assert min(len(shown(engine, image)) for image in images) == 0


def test_a_picture_gets_the_same_tags_alone_and_in_a_batch_of_64(
    pipeline: Pipeline, engine: Engine, put: Any, photos: dict[str, Path]
) -> None:
    pictures = crops(photos, 64)
    together = [put(picture) for picture in pictures]
    pipeline.tag(together)
    sample = range(0, 64, 9)
    alone = {number: store_again(pipeline, engine, pictures[number], number) for number in sample}

    for number, image in alone.items():
        pipeline.tag([image])
        one, other = shown(engine, image), shown(engine, together[number])
        assert one.keys() == other.keys()
        assert one == pytest.approx(other, abs=CLOSE)


def store_again(pipeline: Pipeline, engine: Engine, picture: bytes, number: int) -> UUID:
    """Store the same bytes for another owner, as another image."""
    storage = Storage(pipeline.settings.storage_url)
    return store_image(pipeline.settings, engine, storage, picture, owner=f"owner-{number}")


def test_the_stored_embedding_gives_the_stored_confidences(
    pipeline: Pipeline, engine: Engine, put: Any, photos: dict[str, Path]
) -> None:
    image = put(photos["cat"].read_bytes())
    pipeline.tag([image])

    with transaction(engine) as connection:
        stored = find_embedding(connection, image)
    assert stored is not None
    scorer = pipeline.live.get()
    embedding = np.array(stored["embedding"], dtype=np.float16)[np.newaxis]
    probabilities = scorer.tag_probabilities(embedding)[0]

    for slug, confidence in shown(engine, image).items():
        assert probabilities[scorer.vocabulary.index(slug)] == pytest.approx(confidence, abs=1e-6)


def test_images_that_are_done_or_held_by_others_are_left_alone(
    pipeline: Pipeline, engine: Engine, put: Any, photos: dict[str, Path]
) -> None:
    done, held = put(photos["cat"].read_bytes()), insert_row(engine)
    pipeline.tag([done])
    before = read_row(engine, done)
    set_row(engine, held, "lease_until = now() + interval '1 minute'")

    assert pipeline.tag([done, held]) == 0
    assert read_row(engine, done) == before


def test_an_unreachable_storage_returns_the_image_to_the_queue_with_the_reason(
    pipeline: Pipeline, engine: Engine, storage: Storage, put: Any, tmp_path: Path
) -> None:
    image = put(READABLE["PNG"]())
    pipeline.live.get()  # has read the head while the storage was there
    blob = tmp_path / "blobs" / original_key(image)
    blob.unlink()
    blob.symlink_to(blob)  # is there and cannot be read, not even by root

    pipeline.tag([image])

    row = read_row(engine, image)
    assert (row["status"], row["claim"], row["attempts"]) == ("queued", None, 1)
    assert "storage" in row["error"]


def test_a_failing_network_returns_the_whole_batch_to_the_queue(
    pipeline: Pipeline, engine: Engine, put: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(pixels: object) -> None:
        raise RuntimeError("out of device memory")

    images = [put(READABLE["PNG"]()), put(READABLE["JPEG"]())]
    live = pipeline.live.get().model
    monkeypatch.setattr(pipeline.networks.get(live.backbone).backbone, "embed", fail)

    with pytest.raises(RuntimeError):
        pipeline.tag(images)

    for image in images:
        row = read_row(engine, image)
        assert (row["status"], row["claim"]) == ("queued", None)
        assert "out of device memory" in row["error"]
