"""An index of codes (ivfflat) for visual search among more images than a scan has time for.

The index groups the codes of one network into lists around typical codes, and a search compares
only the lists nearest to it. Its name says for which network it is and how many lists it has.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg2 import sql
from sqlalchemy import Connection, text

# A scan compares fewer codes as quickly, and so few do not say what typical codes are.
MIN_INDEXED_CODES = 100_000
CODES_PER_LIST = 1_000
# Building more takes more memory than a small machine has: 4 bytes for each of 50 codes a list, and
# each list.
MAX_LISTS = 1_000
BUILD_MEMORY = "256MB"
# The share of all lists that a search compares (docs/bench/performance.md).
COMPARED_SHARE = 0.05
# An index is made again once there are so many times as many codes as it was made for.
OUTGROWN = 4
_NAME = re.compile(r"codes_nearest_(\d+)_(\d+)_idx")


@dataclass(frozen=True)
class CodeIndex:
    """An index of the codes of one network."""

    backbone_id: int
    lists: int

    @property
    def name(self) -> str:
        """Its name in Postgres."""
        return f"codes_nearest_{self.backbone_id}_{self.lists}_idx"

    @property
    def compared_lists(self) -> int:
        """How many lists a search compares."""
        return max(1, round(self.lists * COMPARED_SHARE))

    def suits(self, wanted: CodeIndex) -> bool:
        """Return whether it still does for what would be made now."""
        return self.backbone_id == wanted.backbone_id and wanted.lists < OUTGROWN * self.lists


def find_code_index(connection: Connection, backbone_id: int) -> CodeIndex | None:
    """Return the largest complete index of a network's codes, if there is one."""
    fitting = [index for index in find_code_indexes(connection) if index.backbone_id == backbone_id]
    return max(fitting, key=lambda index: index.lists, default=None)


def find_code_indexes(connection: Connection, *, complete: bool = True) -> Sequence[CodeIndex]:
    """Return the indexes that are complete, or those whose building has failed."""
    names = connection.scalars(
        text("""
            SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
            WHERE indrelid = 'codes'::regclass AND indisvalid = :complete
        """),
        {"complete": complete},
    )
    found = [_NAME.fullmatch(name) for name in names]
    return [CodeIndex(*map(int, match.groups())) for match in found if match is not None]


def plan_code_index(connection: Connection, backbone_id: int) -> CodeIndex | None:
    """Return the index that suits the number of a network's codes; None: they are too few."""
    # Postgres' own estimate, for all networks together.
    estimate = text("SELECT reltuples FROM pg_class WHERE oid = 'codes'::regclass")
    count = connection.execute(estimate).scalar_one()
    if count < MIN_INDEXED_CODES:
        return None
    return CodeIndex(backbone_id, min(MAX_LISTS, max(1, int(count / CODES_PER_LIST))))


def create_code_index(connection: Connection, index: CodeIndex) -> None:
    """Build an index while images are stored and searched for: about a minute for a million.

    connection: one outside of transactions, not used for anything else afterwards.
    """
    bits = connection.scalar(
        text("SELECT length(code) FROM codes WHERE backbone_id = :backbone_id LIMIT 1"),
        {"backbone_id": index.backbone_id},
    )
    if bits is None:
        return
    connection.execute(text("SET statement_timeout = 0"))
    connection.execute(text(f"SET maintenance_work_mem = '{BUILD_MEMORY}'"))
    # One core is enough: the others tag images.
    connection.execute(text("SET max_parallel_maintenance_workers = 0"))
    statement = sql.SQL("""
        CREATE INDEX CONCURRENTLY {name} ON codes
        USING ivfflat ((CAST(code AS bit({bits}))) bit_hamming_ops) WITH (lists = {lists})
        WHERE backbone_id = CAST({backbone_id} AS smallint)
    """)
    _execute(
        connection,
        statement.format(
            name=sql.Identifier(index.name),
            bits=sql.Literal(bits),
            lists=sql.Literal(index.lists),
            backbone_id=sql.Literal(index.backbone_id),
        ),
    )


def drop_code_index(connection: Connection, index: CodeIndex) -> None:
    """Delete an index, complete or not; connection: one outside of transactions."""
    statement = sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {name}")
    _execute(connection, statement.format(name=sql.Identifier(index.name)))


def _execute(connection: Connection, statement: sql.Composed) -> None:
    cursor: Any = connection.connection.cursor()
    with cursor:
        cursor.execute(statement)
