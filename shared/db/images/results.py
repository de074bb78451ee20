"""What the network makes of images, embeddings and tags: written and read many at a time."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from psycopg2 import sql
from psycopg2.errors import ForeignKeyViolation
from sqlalchemy import Connection

from shared.db.connection.binary_copy.records import (
    SORTABLE_UUID,
    UUID_TYPE,
    new_records,
    receive_records,
    record_type,
    send_records,
    uuid_array,
)
from shared.db.connection.binary_copy.transfer import receive
from shared.db.search.likeness.codes import store_codes
from shared.errors import TagDeleted

_IMAGE_TAG = record_type(image_id=UUID_TYPE, tag_id=">i4", confidence=">f4")
_SORTABLE_IMAGE_TAG = record_type(image_id=SORTABLE_UUID, tag_id=">i4", confidence=">f4")


def store_embeddings(
    connection: Connection, ids: Sequence[UUID], embeddings: NDArray[np.float16], backbone_id: int
) -> None:
    """Write embeddings, (n, dimensions) float16, one for each id, with their codes."""
    count, dimensions = embeddings.shape
    record = record_type(image_id=UUID_TYPE, backbone_id=">i2", embedding=_halfvec(dimensions))
    records = new_records(record, count)
    records["image_id"] = uuid_array(ids)
    records["backbone_id"] = backbone_id
    records["embedding"]["dimensions"] = dimensions
    records["embedding"]["values"] = embeddings
    send_records(connection, "embeddings", records)
    store_codes(connection, ids, embeddings, backbone_id)


def read_embeddings(
    connection: Connection, query: sql.Composable
) -> tuple[list[UUID], NDArray[np.float16]]:
    """Return the rows of a query of image_id and embedding, all of one backbone.

    Returns ids and embeddings, (n, dimensions).
    """
    data = receive(connection, query)
    if not data:
        return [], np.zeros((0, 0), np.float16)
    first = np.frombuffer(data, record_type(image_id=UUID_TYPE, embedding=_halfvec(0)), count=1)
    dimensions = int(first["embedding"]["dimensions"][0])
    rows = np.frombuffer(data, record_type(image_id=UUID_TYPE, embedding=_halfvec(dimensions)))
    ids = [UUID(bytes=image_id.tobytes()) for image_id in rows["image_id"]]
    return ids, rows["embedding"]["values"].astype(np.float16)


def store_image_tags(
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
    records = new_records(_IMAGE_TAG, len(tag_ids))
    records["image_id"] = np.repeat(uuid_array(ids), counts)
    records["tag_id"] = tag_ids
    records["confidence"] = confidences
    try:
        send_records(connection, "image_tags", records)
    except ForeignKeyViolation as error:
        raise TagDeleted from error


def read_image_tags(
    connection: Connection, query: sql.Composable
) -> tuple[NDArray[np.bytes_], NDArray[np.int32], NDArray[np.float32]]:
    """Return the rows of a query of image_id, tag_id and confidence.

    Returns the ids as 16 bytes each, the tags' ids, and the confidences, all (rows,).
    """
    rows = receive_records(connection, query, _SORTABLE_IMAGE_TAG)
    return (
        rows["image_id"],
        rows["tag_id"].astype(np.int32),
        rows["confidence"].astype(np.float32),
    )


def _halfvec(dimensions: int) -> np.dtype[np.void]:
    return np.dtype([("dimensions", ">i2"), ("unused", ">i2"), ("values", ">f2", (dimensions,))])
