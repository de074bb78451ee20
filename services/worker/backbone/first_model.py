"""The first version of the model: the backbone's own classifier and the everyday words."""

from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine

from services.worker.backbone import Backbone
from shared.db.connection.engine import transaction
from shared.db.models.models import (
    find_live_model,
    find_weights,
    insert_backbone,
    insert_first_version,
    keep_precision,
    lock_first_model,
)
from shared.db.models.vocabularies.stored import read_vocabulary_of, store_vocabulary
from shared.db.models.vocabularies.words import activate_vocabulary, insert_words
from shared.errors import ConfigError
from shared.model.head import Head
from shared.model.vocabulary_index import read_vocabulary_index
from shared.model.words.adding_words import WORDS_METRIC, add_words, with_words
from shared.model.words.words_file import digest_of, shipped_words
from shared.storage.storage import Storage

WORDS_REASON = "Everyday words that come with the program."


def ensure_model(
    engine: Engine, storage: Storage, backbone: Backbone, weights: str | None = None
) -> None:
    """Create version 1 if there is no model; otherwise check that the live one fits the backbone.

    A model from before the everyday words gets them once, in a new version. weights: the file that
    the backbone's weights come from; None: a package or the hub.

    Raises:
        ConfigError: another worker has made a first version for another backbone.
    """
    name = backbone.description.name
    # They were learned with the weights of the package.
    words = shipped_words(name) if weights is None else None
    with transaction(engine) as connection:
        lock_first_model(connection)
        live = find_live_model(connection)
        if live is None:
            backbone_id = register_backbone(connection, backbone, weights)
            insert_first_head(connection, storage, backbone, backbone_id, is_live=True)
            activate_vocabulary(connection, read_vocabulary_of(connection, backbone_id))
        elif live.backbone != name:
            raise ConfigError(
                f"{name} was loaded, but {live.backbone} is the live network; start the worker "
                "again."
            )
        elif words is not None:
            add_words(connection, storage, words, WORDS_REASON)


def register_backbone(connection: Connection, backbone: Backbone, weights: str | None) -> int:
    """Make a network and its words known, unless they are; return the network's id.

    Raises:
        ConfigError: a network of this name with embeddings of another length is known.
    """
    name, dimensions = backbone.description.name, backbone.description.dimensions
    vocabulary = backbone.vocabulary
    digest = None if vocabulary is None else store_vocabulary(connection, vocabulary)
    backbone_id = insert_backbone(connection, name, dimensions, weights, digest)
    keep_precision(connection, name, backbone.choice.family, backbone.choice.reason)
    insert_words(connection, read_vocabulary_of(connection, backbone_id))
    return backbone_id


def insert_first_head(
    connection: Connection, storage: Storage, backbone: Backbone, backbone_id: int, *, is_live: bool
) -> int:
    """Store a network's own head and make a version of it; return its number."""
    head, metrics = first_head_of(connection, backbone, backbone_id)
    blob = f"heads/first-{uuid4()}.safetensors"
    storage.put(blob, head.to_bytes())
    return insert_first_version(connection, backbone_id, blob, metrics, is_live=is_live)


def first_head_of(
    connection: Connection, backbone: Backbone, backbone_id: int
) -> tuple[Head, dict[str, Any]]:
    """Return a network's own classifier with the everyday words that ship for it, and metrics."""
    name = backbone.description.name
    words = shipped_words(name)
    if words is None or find_weights(connection, backbone_id) is not None:
        return backbone.first_head, {}
    known = read_vocabulary_index(connection, backbone_id)
    head = with_words(connection, backbone.first_head, words, name, known)
    return head, {WORDS_METRIC: digest_of(words)}
