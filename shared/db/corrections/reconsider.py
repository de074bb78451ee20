"""Recompute decisions after a contributor's trust has changed."""

from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.corrections.corrections import find_contested
from shared.db.corrections.decisions import lock_images, redecide
from shared.db.owners.access import EVERYTHING
from shared.model.vocabulary_index import VocabularyIndex

IMAGES_AT_ONCE = 1000


def reconsider(engine: Engine, index: VocabularyIndex, contributor: str) -> int:
    """Recompute the decisions where this contributor's trust matters; return the number of images.

    Works in transactions of a thousand images, so that new corrections wait for a moment at most.

    Raises:
        Unavailable: Postgres does not answer. The remaining images keep their decisions; call it
            again.
    """
    with transaction(engine) as connection:
        contested = find_contested(connection, contributor)
    for start in range(0, len(contested), IMAGES_AT_ONCE):
        with transaction(engine) as connection:
            originals = lock_images(
                connection, contested[start : start + IMAGES_AT_ONCE], EVERYTHING
            )
            redecide(connection, index, set(originals.values()))
    return len(contested)
