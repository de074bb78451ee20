"""What was decided is decided again when a contributor's word weighs more or less than before."""

from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.corrections.corrections import find_contested
from shared.db.corrections.decisions import lock_images, redecide
from shared.db.owners.access import EVERYTHING
from shared.model.vocabulary_index import VocabularyIndex

IMAGES_AT_ONCE = 1000


def reconsider(engine: Engine, words: VocabularyIndex, contributor: str) -> int:
    """Decide anew all images where this contributor's trust matters; return how many.

    Images by the thousand, each thousand in a transaction of its own: corrections that arrive
    meanwhile wait for a moment at most.

    Raises:
        Unavailable: Postgres is away. What was not reached keeps its decisions; call it again.
    """
    with transaction(engine) as connection:
        contested = find_contested(connection, contributor)
    for start in range(0, len(contested), IMAGES_AT_ONCE):
        with transaction(engine) as connection:
            originals = lock_images(
                connection, contested[start : start + IMAGES_AT_ONCE], EVERYTHING
            )
            redecide(connection, words, set(originals.values()))
    return len(contested)
