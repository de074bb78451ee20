"""Codes of embeddings, written together with them."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from shared.model.codes import encode


def store_codes(
    connection: Connection, ids: Sequence[UUID], embeddings: NDArray[np.float16], backbone_id: int
) -> None:
    """Write the codes of stored embeddings, (n, dimensions), that lack them; ids: of the images."""
    connection.execute(
        text("""
            INSERT INTO codes (image_id, backbone_id, owner, code)
            SELECT images.id, :backbone_id, owner, CAST('x' || code AS varbit)
            FROM unnest(CAST(:ids AS uuid[]), CAST(:codes AS text[])) AS made(id, code)
            JOIN images ON images.id = made.id
            ON CONFLICT (image_id, backbone_id) DO NOTHING
        """),
        {
            "ids": list(ids),
            "codes": [code.tobytes().hex() for code in encode(embeddings)],
            "backbone_id": backbone_id,
        },
    )


def has_all_codes(connection: Connection) -> bool:
    """Return whether every embedding has its code."""
    return not connection.scalar(text("SELECT EXISTS (SELECT FROM code_backfill)"))
