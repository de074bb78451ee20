"""Visual search: how fast it is, and how much of the exact result it finds."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, text

from bench.search.report import markdown
from services.worker.background.code_indexing import index_codes
from shared.db.connection.engine import transaction
from shared.db.owners.access import EVERYTHING, Access
from shared.db.search.likeness.code_index import find_code_indexes
from shared.db.search.likeness.similar import Near, compare_all, find_nearest
from shared.model.codes import encode

RESULTS = 20
TIMED_QUERIES = 100
# Comparing a million embeddings takes a second.
EXACT_QUERIES = 20
CANDIDATES = (100, 200, 300, 500)
# A third of all images, and less than one in a hundred.
OWNERS = ("owner0", "owner49")

Find = Callable[..., list[Near]]


@dataclass(frozen=True)
class Queries:
    """Embeddings to search for, (queries, dimensions), and the network that made them."""

    embeddings: NDArray[np.float16]
    backbone_id: int


def measure_visual(engine: Engine, real: NDArray[np.float32]) -> str:
    """Return a table of searches for stored images and photographs, beside the exact results.

    Without and with an index, which is built for it. real: embeddings of photographs, (photographs,
    dimensions).
    """
    queries = _choose_queries(engine, real)
    callers = (("all images", EVERYTHING), *((owner, Access(owner)) for owner in OWNERS))
    exact = {name: _run(engine, compare_all, queries, one, EXACT_QUERIES) for name, one in callers}
    rows = []
    for way in ("codes", "index"):
        index_codes(engine, is_wanted=way == "index")
        with transaction(engine) as connection:
            if way == "index" and not find_code_indexes(connection):
                continue
        for name, access in callers:
            found, seconds = _run(engine, find_nearest, queries, access, TIMED_QUERIES)
            expected, exact_seconds = exact[name]
            shares = [_share(one, other) for one, other in zip(expected, found, strict=False)]
            times = (np.median(seconds), np.quantile(seconds, 0.95), np.median(exact_seconds))
            cells = (f"{1000 * time:.0f}" for time in times)
            rows.append((name, way, f"{100 * np.mean(shares):.1f} %", *cells))
    index_codes(engine, is_wanted=False)
    headings = ("searched", "by", f"recall@{RESULTS}", "median ms", "p95 ms")
    return markdown((*headings, "all embeddings compared: median ms"), rows)


def measure_candidates(real: NDArray[np.float32]) -> str:
    """Return a table of how many of the nearest photographs have one of the nearest codes."""
    usual = np.packbits(real > real.mean(axis=0), axis=1)
    rows = [
        (name, *(f"{100 * recall:.1f} %" for recall in recall_among(real, codes).values()))
        for name, codes in (("codes", encode(real)), ("signs of channels less their mean", usual))
    ]
    return markdown((f"{len(real):,} photographs", *map(str, CANDIDATES)), rows)


def recall_among(embeddings: NDArray[np.float32], codes: NDArray[np.uint8]) -> dict[int, float]:
    """Return the share of nearest embeddings that have one of the nearest codes.

    Real photographs are the harder test: the neighbours of generated embeddings are closer.
    """
    units = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    found = np.zeros((len(embeddings), len(CANDIDATES)))
    for row, unit in enumerate(units):
        nearest = np.argsort(-(units @ unit))[1 : RESULTS + 1]
        order = np.argsort(np.bitwise_count(codes ^ codes[row]).sum(axis=1), kind="stable")
        for column, candidates in enumerate(CANDIDATES):
            found[row, column] = np.isin(nearest, order[:candidates]).mean()
    return dict(zip(CANDIDATES, found.mean(axis=0).tolist(), strict=True))


def _choose_queries(engine: Engine, real: NDArray[np.float32]) -> Queries:
    """Return stored embeddings and photographs in turn."""
    rng = np.random.default_rng(0)
    with transaction(engine) as connection:
        rows = connection.execute(
            text("""
                SELECT backbone_id, CAST(embedding AS real[]) AS embedding FROM embeddings
                ORDER BY md5(image_id::text) LIMIT :count
            """),
            {"count": TIMED_QUERIES // 2},
        ).all()
    stored = np.array([row.embedding for row in rows], np.float16)
    photographs = real[rng.choice(len(real), len(stored))].astype(np.float16)
    return Queries(np.stack([stored, photographs], axis=1).reshape(-1, real.shape[1]), rows[0][0])


def _run(
    engine: Engine, find: Find, queries: Queries, access: Access, count: int
) -> tuple[list[list[Near]], list[float]]:
    """Return the results of the first queries, and the seconds that each took."""
    found, seconds = [], []
    for embedding in queries.embeddings[:count]:
        started = time.perf_counter()
        with transaction(engine) as connection:
            found.append(find(connection, embedding, queries.backbone_id, RESULTS, access=access))
        seconds.append(time.perf_counter() - started)
    return found, seconds


def _share(exact: Sequence[Near], found: Sequence[Near]) -> float:
    """Return the share of the exact results that were found; one just as near counts too."""
    worst = min(near.similarity for near in exact)
    return sum(near.similarity >= worst for near in found) / len(exact)
