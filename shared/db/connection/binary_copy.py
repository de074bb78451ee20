"""Read and write rows by `COPY … (FORMAT binary)`, several times faster than INSERT or text.

A record is its number of fields (int16), then each field after its length in bytes (int32), all
big-endian. Where all records have the same length, numpy lays out a whole batch at once as a
structured array.
https://www.postgresql.org/docs/current/sql-copy.html
"""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import chain
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from psycopg2 import sql
from psycopg2.errors import ForeignKeyViolation
from sqlalchemy import Connection

from shared.db.corrections.votes import Decision
from shared.db.search.likeness.codes import store_codes
from shared.errors import TagDeleted

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
UUID_BYTES = 16
# Unlike V16, numpy can sort it. It drops zero bytes at the end, which changes no order.
SORTABLE_UUID = f"S{UUID_BYTES}"
HALFVEC_HEADER_BYTES = 4
FLOAT16_BYTES = 2
# From which Postgres counts microseconds.
EPOCH = datetime(2000, 1, 1)
NO_VALUE = (-1).to_bytes(4, signed=True)
# After the number of fields come the id with its length, and the length of the embedding.
DIMENSIONS_OFFSET = 2 + 4 + UUID_BYTES + 4


def copy_embeddings(
    connection: Connection, ids: Sequence[UUID], embeddings: NDArray[np.float16], backbone_id: int
) -> None:
    """Write embeddings, (n, dimensions) float16, one for each id, with their codes."""
    count, dimensions = embeddings.shape
    records = np.zeros(
        count,
        np.dtype(
            [
                ("fields", ">i2"),
                ("image_id_bytes", ">i4"),
                ("image_id", f"V{UUID_BYTES}"),
                ("backbone_id_bytes", ">i4"),
                ("backbone_id", ">i2"),
                ("embedding_bytes", ">i4"),
                ("dimensions", ">i2"),
                ("unused", ">i2"),
                ("embedding", ">f2", (dimensions,)),
            ]
        ),
    )
    records["fields"] = 3
    records["image_id_bytes"] = UUID_BYTES
    records["image_id"] = uuid_array(ids)
    records["backbone_id_bytes"] = 2
    records["backbone_id"] = backbone_id
    records["embedding_bytes"] = HALFVEC_HEADER_BYTES + FLOAT16_BYTES * dimensions
    records["dimensions"] = dimensions
    records["embedding"] = embeddings
    copy_records(connection, "embeddings", ("image_id", "backbone_id", "embedding"), records)
    store_codes(connection, ids, embeddings, backbone_id)


def copy_image_tags(
    connection: Connection,
    ids: Sequence[UUID],
    counts: NDArray[np.intp],
    tag_ids: NDArray[np.int32],
    confidences: NDArray[np.float32],
) -> None:
    """Write the tags of images; counts: how many of tag_ids and confidences belong to each image.

    The images have to be locked.

    Raises:
        TagDeleted: one of the tags no longer exists.
    """
    records = np.zeros(
        len(tag_ids),
        np.dtype(
            [
                ("fields", ">i2"),
                ("image_id_bytes", ">i4"),
                ("image_id", f"V{UUID_BYTES}"),
                ("tag_id_bytes", ">i4"),
                ("tag_id", ">i4"),
                ("confidence_bytes", ">i4"),
                ("confidence", ">f4"),
            ]
        ),
    )
    records["fields"] = 3
    records["image_id_bytes"] = UUID_BYTES
    records["image_id"] = np.repeat(uuid_array(ids), counts)
    records["tag_id_bytes"] = 4
    records["tag_id"] = tag_ids
    records["confidence_bytes"] = 4
    records["confidence"] = confidences
    try:
        copy_records(connection, "image_tags", ("image_id", "tag_id", "confidence"), records)
    except ForeignKeyViolation as error:
        raise TagDeleted from error


def copy_decisions(connection: Connection, rows: Sequence[tuple[UUID, int, Decision]]) -> None:
    """Write decisions about tags of images, given by their ids."""
    records = np.zeros(
        len(rows),
        np.dtype(
            [
                ("fields", ">i2"),
                ("image_id_bytes", ">i4"),
                ("image_id", f"V{UUID_BYTES}"),
                ("tag_id_bytes", ">i4"),
                ("tag_id", ">i4"),
                ("present_bytes", ">i4"),
                ("present", "?"),
                ("explicit_bytes", ">i4"),
                ("explicit", "?"),
            ]
        ),
    )
    records["fields"] = 4
    records["image_id_bytes"] = UUID_BYTES
    records["image_id"] = uuid_array([image_id for image_id, _, _ in rows])
    records["tag_id_bytes"] = 4
    records["tag_id"] = [tag_id for _, tag_id, _ in rows]
    records["present_bytes"] = records["explicit_bytes"] = 1
    records["present"] = [decision.present for _, _, decision in rows]
    records["explicit"] = [decision.explicit for _, _, decision in rows]
    copy_records(connection, "decisions", ("image_id", "tag_id", "present", "explicit"), records)


def uuid_array(ids: Sequence[UUID]) -> NDArray[np.void]:
    """Return the ids as an (n,) array of 16 bytes each."""
    return np.frombuffer(b"".join(image_id.bytes for image_id in ids), f"V{UUID_BYTES}")


def copy_rows(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[bytes | None]],
) -> None:
    """Write rows whose fields are encoded already; None becomes NULL."""
    _copy(connection, table, columns, b"".join(chain.from_iterable(map(_record, rows))))


def _record(fields: Sequence[bytes | None]) -> Iterable[bytes]:
    yield len(fields).to_bytes(2)
    for field in fields:
        if field is None:
            yield NO_VALUE
        else:
            yield len(field).to_bytes(4)
            yield field


def encode_halfvec(values: NDArray[np.floating]) -> bytes:
    """Return (dimensions,) values as a field of type halfvec."""
    return len(values).to_bytes(2) + bytes(2) + values.astype(">f2").tobytes()


def encode_timestamp(time: datetime) -> bytes:
    """Return a time without a time zone as a field of type timestamp."""
    return ((time - EPOCH) // timedelta(microseconds=1)).to_bytes(8, signed=True)


def copy_records(
    connection: Connection, table: str, columns: Sequence[str], records: NDArray[np.void]
) -> None:
    """Send a structured array whose bytes are COPY records, in the connection's transaction."""
    _copy(connection, table, columns, records.tobytes())


def _copy(connection: Connection, table: str, columns: Sequence[str], records: bytes) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    cursor = connection.connection.cursor()
    cursor.copy_expert(statement, io.BytesIO(HEADER + records + TRAILER))


def read_embeddings(data: memoryview) -> tuple[list[UUID], NDArray[np.float16]]:
    """Read the output of `COPY (SELECT image_id, embedding …) TO STDOUT (FORMAT binary)`.

    Returns ids and embeddings, (n, dimensions). All have to be of one backbone.
    """
    records = data[len(HEADER) : -len(TRAILER)]
    if not records:
        return [], np.zeros((0, 0), np.float16)
    dimensions = int(np.frombuffer(records, ">i2", 1, offset=DIMENSIONS_OFFSET)[0])
    rows = np.frombuffer(
        records,
        np.dtype(
            [
                ("fields", ">i2"),
                ("image_id_bytes", ">i4"),
                ("image_id", f"V{UUID_BYTES}"),
                ("embedding_bytes", ">i4"),
                ("dimensions", ">i2"),
                ("unused", ">i2"),
                ("embedding", ">f2", (dimensions,)),
            ]
        ),
    )
    ids = [UUID(bytes=image_id.tobytes()) for image_id in rows["image_id"]]
    return ids, rows["embedding"].astype(np.float16)


def read_image_tags(
    data: memoryview,
) -> tuple[NDArray[np.bytes_], NDArray[np.int32], NDArray[np.float32]]:
    """Read the output of `COPY (SELECT image_id, tag_id, confidence …) TO STDOUT (FORMAT binary)`.

    Returns the ids as 16 bytes each, the tags' ids, and the confidences, all (rows,).
    """
    rows = np.frombuffer(
        data[len(HEADER) : -len(TRAILER)],
        np.dtype(
            [
                ("fields", ">i2"),
                ("image_id_bytes", ">i4"),
                ("image_id", SORTABLE_UUID),
                ("tag_id_bytes", ">i4"),
                ("tag_id", ">i4"),
                ("confidence_bytes", ">i4"),
                ("confidence", ">f4"),
            ]
        ),
    )
    return (
        rows["image_id"],
        rows["tag_id"].astype(np.int32),
        rows["confidence"].astype(np.float32),
    )
