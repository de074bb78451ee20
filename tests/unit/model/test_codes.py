"""Codes of embeddings find what the embeddings find."""

import numpy as np

from shared.model.codes import encode

DIMENSIONS = 1280
NEAREST, CANDIDATES = 20, 200


def library(images: int, random: np.random.Generator) -> np.ndarray:
    """Return embeddings like a network's: positive, with few large values, in loose groups."""
    groups = random.gamma(0.3, size=(images // 40, DIMENSIONS))
    own = random.gamma(0.3, size=(images, DIMENSIONS))
    return (groups[random.integers(len(groups), size=images)] + own).astype(np.float16)


def test_the_nearest_embeddings_have_the_nearest_codes() -> None:
    random = np.random.default_rng(0)
    embeddings = library(3000, random)
    units = embeddings / np.linalg.norm(embeddings.astype(np.float32), axis=1, keepdims=True)
    codes = encode(embeddings)
    found = []
    for query in random.integers(len(embeddings), size=40):
        nearest = np.argsort(-(units @ units[query]))[:NEAREST]
        differences = np.bitwise_count(codes ^ codes[query]).sum(axis=1)
        found.append(np.isin(nearest, np.argsort(differences)[:CANDIDATES]).mean())

    assert np.mean(found) > 0.97


def test_a_code_has_a_bit_for_each_dimension_in_whole_blocks() -> None:
    assert encode(np.ones((3, DIMENSIONS), np.float16)).shape == (3, DIMENSIONS // 8)
    assert encode(np.ones((1, 4), np.float16)).shape == (1, 32)
    assert encode(np.zeros((0, DIMENSIONS), np.float16)).shape == (0, DIMENSIONS // 8)


def test_stored_codes_stay_comparable() -> None:
    """Changing the codes makes every stored one useless: a migration has to delete them."""
    ramp = np.arange(DIMENSIONS, dtype=np.float32)[np.newaxis]

    assert encode(ramp)[0, :8].tobytes().hex() == "70b7a95f5c7396ab"
