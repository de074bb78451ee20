"""Rows of one length as structured arrays: numpy lays out a whole batch at once.

A record is its number of fields (int16), then each field after its length in bytes (int32), all
big-endian.
"""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from numpy.typing import DTypeLike, NDArray
from psycopg2 import sql
from sqlalchemy import Connection

from shared.db.connection.binary_copy.transfer import receive, send

UUID_BYTES = 16
UUID_TYPE = f"V{UUID_BYTES}"
# Unlike V16, numpy can sort it. It drops zero bytes at the end, which changes no order.
SORTABLE_UUID = f"S{UUID_BYTES}"
FIELD_COUNT = "number of fields"


def record_type(**columns: DTypeLike) -> np.dtype[np.void]:
    """Return the type of records with these columns, whose numbers have to be big-endian."""
    parts: list[tuple[str, DTypeLike]] = [(FIELD_COUNT, ">i2")]
    for column, kind in columns.items():
        parts += [(_length_of(column), ">i4"), (column, kind)]
    return np.dtype(parts)


def new_records(record: np.dtype[np.void], count: int) -> NDArray[np.void]:
    """Return (count,) records whose columns have yet to be filled in."""
    records = np.zeros(count, record)
    columns = _columns_of(record)
    records[FIELD_COUNT] = len(columns)
    for column in columns:
        records[_length_of(column)] = record[column].itemsize
    return records


def send_records(connection: Connection, table: str, records: NDArray[np.void]) -> None:
    """Insert records, (rows,), into a table that has columns of the same names."""
    send(connection, table, _columns_of(records.dtype), records.tobytes())


def receive_records(
    connection: Connection, query: sql.Composable, record: np.dtype[np.void]
) -> NDArray[np.void]:
    """Return the rows of a query, (rows,); it has to select the columns of the type."""
    return np.frombuffer(receive(connection, query), record)


def uuid_array(ids: Sequence[UUID]) -> NDArray[np.void]:
    """Return ids as an (n,) array of 16 bytes each."""
    return np.frombuffer(b"".join(one.bytes for one in ids), UUID_TYPE)


def _columns_of(record: np.dtype[np.void]) -> Sequence[str]:
    # After the number of fields, each column follows its length.
    return (record.names or ())[2::2]


def _length_of(column: str) -> str:
    return f"length of {column}"
