"""The torch runtime that GPUs use, here on the CPU."""

from collections.abc import Iterator
from concurrent.futures import wait
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from services.worker.backbone import load_backbone
from services.worker.backbone.runtimes.torch_runtime import (
    BATCH_IMAGES,
    TorchBackbone,
    load_torch_backbone,
)
from shared.config import load_settings

BACKBONE = "tf_efficientnet_lite0"
ANSWER_SECONDS = 60.0
# Of two runtimes that compute in bfloat16, each in its own order.
MIN_COSINE = 0.99
CLOSE = 0.05


@pytest.fixture(scope="module")
def torch_backbone() -> Iterator[TorchBackbone]:
    backbone = load_torch_backbone(BACKBONE, "cpu")
    yield backbone
    backbone.close()


def square(path: Path, side: int) -> NDArray[np.uint8]:
    with Image.open(path) as photo:
        return np.asarray(photo.convert("RGB").resize((side, side)))


def cosine(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def test_torch_and_openvino_agree(torch_backbone: TorchBackbone, photos: dict[str, Path]) -> None:
    backbone = load_backbone(load_settings(device="cpu", precision="f32"), 1)
    assert torch_backbone.description == backbone.description
    for path in photos.values():
        pixels = square(path, backbone.description.side)
        one = torch_backbone.embed(pixels).result(ANSWER_SECONDS)
        other = backbone.embed(pixels).result(ANSWER_SECONDS)

        assert one.shape == other.shape == (backbone.description.dimensions,)
        assert cosine(one, other) > MIN_COSINE
        leaves = [backbone.first_head.leaf_probabilities(e[np.newaxis])[0] for e in (one, other)]
        assert np.abs(leaves[0] - leaves[1]).max() < CLOSE
        assert leaves[0].argmax() == leaves[1].argmax()


def test_a_picture_has_the_same_embedding_alone_and_among_others(
    torch_backbone: TorchBackbone, photos: dict[str, Path]
) -> None:
    pictures = [square(path, torch_backbone.description.side) for path in photos.values()]
    alone = [torch_backbone.embed(picture).result(ANSWER_SECONDS) for picture in pictures]

    together = [torch_backbone.embed(picture) for picture in pictures]

    for one, other in zip(alone, together, strict=True):
        assert cosine(one, other.result(ANSWER_SECONDS)) > MIN_COSINE


def test_a_batch_that_fails_answers_every_caller_and_the_next_one_works(
    torch_backbone: TorchBackbone, photos: dict[str, Path]
) -> None:
    # Given pictures that fit the network, among them one that does not
    side = torch_backbone.description.side
    good = square(photos["cat"], side)
    bad = np.zeros((side // 2, side, 3), np.uint8)

    answers = [torch_backbone.embed(picture) for picture in (good, bad, good, bad, good)]
    _, unanswered = wait(answers, ANSWER_SECONDS)

    assert not unanswered
    assert any(answer.exception() for answer in answers)
    assert torch_backbone.embed(good).result(ANSWER_SECONDS).any()


def test_accepted_pictures_are_finished_before_closing(photos: dict[str, Path]) -> None:
    backbone = load_torch_backbone(BACKBONE, "cpu")
    pixels = square(photos["cat"], backbone.description.side)
    answers = [backbone.embed(pixels) for _ in range(BATCH_IMAGES // 8)]

    backbone.close()

    assert all(answer.done() and answer.result().any() for answer in answers)
