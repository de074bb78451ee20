"""The codes nearest to an embedding's code: candidates for visual search.

A scan compares the codes of all images that the caller may see. Sorting a million differences would
take longer than computing them, so a sample of the table tells first how different the nearest ones
are at most, and the scan keeps only these.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Float,
    FromClause,
    Select,
    bindparam,
    cast,
    func,
    select,
    tablesample,
    text,
)
from sqlalchemy.dialects.postgresql import BIT

from shared.db.owners.access import Access
from shared.db.schema import codes
from shared.db.search.likeness.code_index import CodeIndex, find_code_index
from shared.model.codes import encode

SAMPLED_CODES = 10_000
# Of a table that is not several times as large, a sample saves nothing.
MIN_SAMPLED_TABLE = 20 * SAMPLED_CODES
# A process that helps to scan takes 10 ms to start, and compiling the scan longer than running it.
_QUICK_SCANS = text("""
    SET LOCAL jit = off;
    SET LOCAL min_parallel_table_scan_size = '64MB'
""")
# Postgres' own estimate: to count a million rows takes longer than everything else.
_ESTIMATE = text("SELECT reltuples FROM pg_class WHERE oid = 'codes'::regclass")


@dataclass(frozen=True)
class _Question:
    """Which codes are compared, and with which one. code: as zeros and ones."""

    code: str
    backbone_id: int
    access: Access

    @property
    def bound_code(self) -> BindParameter[Any]:
        """The code as a value in a query."""
        return bindparam(None, self.code, BIT(varying=True))

    def differences(self, rows: FromClause) -> ColumnElement[float]:
        """The number of bits in which each code differs."""
        return rows.c.code.op("<~>", return_type=Float())(self.bound_code)

    def conditions(self, rows: FromClause) -> list[ColumnElement[bool]]:
        """Which rows are compared."""
        return [rows.c.backbone_id == self.backbone_id, self.access.allows(rows.c.owner)]

    def nearest(self, max_difference: float | None = None) -> Select[tuple[UUID]]:
        """The images with at most this difference of codes, the nearest first; None: all."""
        differences = self.differences(codes)
        query = select(codes.c.image_id).where(*self.conditions(codes)).order_by(differences)
        return query if max_difference is None else query.where(differences <= max_difference)


def candidate_queries(
    connection: Connection,
    embedding: NDArray[np.float16],
    backbone_id: int,
    count: int,
    access: Access,
) -> Iterator[Select[tuple[UUID]]]:
    """Yield queries for the images with the codes nearest to an embedding's, (dimensions,).

    The first one is the quickest. The next one is for when it finds fewer than `count`.
    """
    connection.execute(_QUICK_SCANS)
    code = "".join(f"{byte:08b}" for byte in encode(embedding[np.newaxis])[0])
    question = _Question(code, backbone_id, access)
    index = find_code_index(connection, backbone_id)
    if index is not None:
        yield _indexed(connection, question, index).limit(count)
    max_difference = _sample_difference(connection, question, count)
    if max_difference is not None:
        # Near-duplicates lie together, so a sample may promise too much.
        yield question.nearest(max_difference).limit(count)
    yield question.nearest().limit(count)


def _indexed(connection: Connection, question: _Question, index: CodeIndex) -> Select[tuple[UUID]]:
    """Return the query that compares the codes of the nearest lists of an index."""
    # Where too few of them are the owner's, further lists are compared.
    settings = {"probes": str(index.compared_lists), "iterative_scan": "relaxed_order"}
    for name, value in settings.items():
        connection.execute(select(func.set_config(f"ivfflat.{name}", value, True)))
    # The same expression as the index has.
    differ = cast(codes.c.code, BIT(len(question.code))).op("<~>", return_type=Float())
    differences = differ(question.bound_code)
    return select(codes.c.image_id).where(*question.conditions(codes)).order_by(differences)


def _sample_difference(connection: Connection, question: _Question, count: int) -> float | None:
    """Estimate a difference that more than `count` codes do not exceed; None: not known."""
    size = connection.execute(_ESTIMATE).scalar_one()
    if size < MIN_SAMPLED_TABLE:
        return None
    share = SAMPLED_CODES / size
    # How many of the nearest codes a sample holds has a Poisson distribution: four standard
    # deviations more than on average are hardly ever exceeded.
    expected = count * share
    enough = ceil(expected + 4 * sqrt(expected))
    sampled = tablesample(codes, func.system(100 * share))
    differences = question.differences(sampled)
    query = select(differences).where(*question.conditions(sampled))
    return connection.scalar(query.order_by(differences).offset(enough).limit(1))
