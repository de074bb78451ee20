"""A cache of embeddings of texts: searches, and names of tags."""

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.postgresql import insert

from shared.db.schema import text_embeddings

KEPT_DAYS = 30


def find_text_embedding(
    connection: Connection, backbone_id: int, words: str, *, as_name: bool
) -> NDArray[np.float32] | None:
    """Return a text's embedding by a network, (dimensions,), or None."""
    query = select(text_embeddings.c.embedding).where(
        text_embeddings.c.backbone_id == backbone_id,
        text_embeddings.c.words == words,
        text_embeddings.c.as_name == as_name,
    )
    found = connection.scalar(query)
    return None if found is None else np.frombuffer(found, np.float32)


def store_text_embedding(
    connection: Connection,
    backbone_id: int,
    words: str,
    embedding: NDArray[np.float32],
    *,
    as_name: bool,
) -> None:
    """Store a text's embedding, and delete those older than a month."""
    row = {
        "backbone_id": backbone_id,
        "words": words,
        "as_name": as_name,
        "embedding": embedding.astype(np.float32).tobytes(),
    }
    connection.execute(insert(text_embeddings).values(row).on_conflict_do_nothing())
    connection.execute(
        text("DELETE FROM text_embeddings WHERE created_at < now() - make_interval(days => :days)"),
        {"days": KEPT_DAYS},
    )
