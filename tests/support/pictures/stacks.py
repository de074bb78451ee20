"""Images with given fingerprints and embeddings, without their pictures."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import numpy as np
from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.images.results import store_embeddings
from shared.db.models.models import insert_backbone, insert_first_version
from shared.db.search.likeness.fingerprints import store_fingerprints
from shared.pictures.fingerprint import MINIATURE_BYTES, Fingerprint
from tests.support.pictures.rows import insert_row, set_row

DIMENSIONS = 8
RAMP = bytes(range(MINIATURE_BYTES))


def look(difference_hash: int, taken_at: datetime | None = None) -> Fingerprint:
    """Return a fingerprint with the same miniature as all others."""
    return Fingerprint(difference_hash, RAMP, taken_at)


def insert_network(engine: Engine) -> int:
    """Insert a live network for these embeddings; return its id."""
    with transaction(engine) as connection:
        backbone_id = insert_backbone(connection, "lite0", DIMENSIONS, None)
        insert_first_version(connection, backbone_id, "heads/1", {}, is_live=True)
    return backbone_id


def store_looks(
    engine: Engine, backbone_id: int, looks: Sequence[tuple[Fingerprint, float]], owner: str = ""
) -> list[UUID]:
    """Insert tagged images with these fingerprints, and embeddings at these angles from the first
    axis.
    """
    ids = [insert_row(engine, owner=owner) for _ in looks]
    embeddings = np.zeros((len(looks), DIMENSIONS))
    angles = np.array([angle for _, angle in looks])
    embeddings[:, 0], embeddings[:, 1] = np.cos(angles), np.sin(angles)
    with transaction(engine) as connection:
        store_embeddings(connection, ids, embeddings.astype(np.float16), backbone_id)
        fingerprints = [fingerprint for fingerprint, _ in looks]
        store_fingerprints(
            connection, dict(zip(ids, fingerprints, strict=True)), dict.fromkeys(ids, owner)
        )
    for image in ids:
        set_row(engine, image, "status = 'tagged', tagged_at = now()")
    return ids
