"""Rows of different lengths, whose fields are encoded one by one."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from shared.db.connection.binary_copy.transfer import send

# From which Postgres counts microseconds.
EPOCH = datetime(2000, 1, 1)
NO_VALUE = (-1).to_bytes(4, signed=True)


def send_rows(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[bytes | None]],
) -> None:
    """Insert rows of encoded fields into a table; None becomes NULL."""
    send(connection, table, columns, b"".join(chain.from_iterable(map(_record, rows))))


def encode_halfvec(values: NDArray[np.floating]) -> bytes:
    """Return (dimensions,) values as a field of type halfvec."""
    return len(values).to_bytes(2) + bytes(2) + values.astype(">f2").tobytes()


def encode_timestamp(time: datetime) -> bytes:
    """Return a time without a time zone as a field of type timestamp."""
    return ((time - EPOCH) // timedelta(microseconds=1)).to_bytes(8, signed=True)


def _record(fields: Sequence[bytes | None]) -> Iterable[bytes]:
    yield len(fields).to_bytes(2)
    for field in fields:
        if field is None:
            yield NO_VALUE
        else:
            yield len(field).to_bytes(4)
            yield field
