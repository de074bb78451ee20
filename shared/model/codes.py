"""Codes: one bit for each dimension of an embedding, to find similar embeddings quickly.

The more two codes differ, the larger the angle between their embeddings (random hyperplanes,
Charikar 2002). The hyperplanes are random signs, permutations and Hadamard matrices, twice
(structured spinners, Bojarski et al. 2017). That spreads the few large values of an embedding over
all bits: bits of the embedding's own dimensions lost a seventh of the neighbours.

Stored codes are only comparable while nothing here changes.
"""

import hashlib
from functools import cache

import numpy as np
from numpy.typing import NDArray

ROUNDS = 2
# A power of two; embeddings are padded to a multiple of it.
BLOCK = 256


def encode(embeddings: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return the codes (n, bytes), eight bits a byte, of embeddings (n, dimensions)."""
    count, dimensions = embeddings.shape
    bits = -(-dimensions // BLOCK) * BLOCK
    values = np.zeros((count, bits), np.float32)
    values[:, :dimensions] = embeddings
    for number in range(ROUNDS):
        signs, order = _spin(bits, number)
        spun = (values * signs)[:, order].reshape(-1, BLOCK) @ _hadamard()
        values = spun.reshape(count, bits)
    return np.packbits(values > 0, axis=1)


@cache
def _spin(bits: int, number: int) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Return the signs and the order of a round, (bits,) each; the same on every machine."""
    random = hashlib.shake_256(f"tagloop codes {number}".encode()).digest(bits // 8 + 8 * bits)
    signs = np.unpackbits(np.frombuffer(random, np.uint8, bits // 8)).astype(np.float32) * 2 - 1
    order = np.argsort(np.frombuffer(random, "<u8", bits, offset=bits // 8), kind="stable")
    return signs, order


@cache
def _hadamard() -> NDArray[np.float32]:
    matrix = np.ones((1, 1), np.float32)
    while len(matrix) < BLOCK:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return matrix
