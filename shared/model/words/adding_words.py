"""Add the words of a file to the live head, as a new version, and re-tag all images."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from sqlalchemy import Connection

from shared.db.models.models import has_words_version
from shared.db.models.promotion import lock_live_model
from shared.db.tags.custom.making import insert_custom_tags
from shared.db.tags.known_tag import KnownTag
from shared.errors import ConfigError
from shared.model.head import Head
from shared.model.live.promoting import promote_head, read_head
from shared.model.vocabulary_index import VocabularyIndex, read_vocabulary_index
from shared.model.words.words_file import digest_of, read_words_file
from shared.storage.storage import Storage

# Key in a version's metrics: digest of the words file that it was made from.
WORDS_METRIC = "words_file"


def with_words(
    connection: Connection, head: Head, path: Path, backbone: str, index: VocabularyIndex
) -> Head:
    """Return a network's head with the words of a file; existing words are replaced.

    index: the vocabulary of the network. A word that is not in it becomes a custom tag.

    Raises:
        ConfigError: the file cannot be read, or was made for another backbone.
    """
    words = read_words_file(path)
    if words.backbone != backbone or len(words.classifiers.weight) != len(head.weight):
        raise ConfigError(
            f"{path} was made for the backbone {words.backbone!r}, not for {backbone!r}; "
            "learn the words again with this one: tagloop learn-words"
        )
    known = {
        tag.slug: tag_id
        for tag, tag_id in zip(index.vocabulary.tags, index.tag_ids.tolist(), strict=True)
    }
    new = [
        KnownTag(0, slug, name, "custom", None)
        for slug, name in words.names.items()
        if slug not in known
    ]
    made = insert_custom_tags(connection, new, key_id=None)
    known |= {slug: tag.id for slug, tag in made.items()}
    ids = np.array([known[slug] for slug in words.names], dtype=np.int32)
    kept = np.flatnonzero(~np.isin(head.pretrained.tag_ids, ids))
    return replace(head, pretrained=head.pretrained.take(kept).beside(words.as_tags(ids)))


def add_words(connection: Connection, storage: Storage, path: Path, reason: str) -> int | None:
    """Make a version with the words of a file and promote it; return its number.

    Returns None if a version was made from this file before, even if it is no longer live: going
    back to an older version was a decision.

    Raises:
        ConfigError: as `with_words`, or there is no version yet.
    """
    live = lock_live_model(connection)
    if live is None:
        raise ConfigError("There is no model yet to add words to: start a worker first.")
    digest = digest_of(path)
    if has_words_version(connection, WORDS_METRIC, digest):
        return None
    index = read_vocabulary_index(connection, live.backbone_id)
    head = with_words(connection, read_head(storage, live), path, live.backbone, index)
    return promote_head(
        connection, storage, live, head, reason=reason, metrics={WORDS_METRIC: digest}
    )
