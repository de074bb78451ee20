"""Embed the names of tags that were made from names alone, whenever the network changes."""

import structlog
from sqlalchemy import Connection, Engine

from services.worker.backbone.interface import TextEmbedder
from services.worker.switching.networks import LoadedNetworks
from shared.db.connection.engine import transaction
from shared.db.models.promotion import lock_live_model
from shared.db.models.vocabularies.texts import store_text_embedding
from shared.db.tags.custom.from_names import find_unembedded_names, list_tags_from_names
from shared.errors import ConfigError
from shared.model.live.model import LiveScorer
from shared.model.live.promoting import promote_head, read_head
from shared.model.live.text_head import with_names
from shared.model.scorer import Scorer
from shared.model.vocabulary_index import read_vocabulary_index
from shared.storage.storage import Storage

REASON = "{tags:,} more tags were made from their names."

log = structlog.get_logger(__name__)


def embed_names(engine: Engine, tower: TextEmbedder, backbone_id: int) -> None:
    """Embed the names of such tags that a network has not embedded yet.

    Raises:
        ConfigError: the tower cannot be loaded.
        Unavailable: Postgres does not answer.
    """
    with transaction(engine) as connection:
        names = find_unembedded_names(connection, backbone_id)
    for name in names:
        embedding = tower.embed(name, as_name=True)
        with transaction(engine) as connection:
            store_text_embedding(connection, backbone_id, name, embedding, as_name=True)


def add_missing_names(
    engine: Engine, storage: Storage, live: LiveScorer, networks: LoadedNetworks
) -> int | None:
    """Make a version with the tags whose names it lacks; return the version's number.

    Return None if it lacks none, the network does not understand text, or this worker cannot load
    it.

    Raises:
        Unavailable: Postgres or the storage does not answer.
    """
    scorer = live.get()
    if not _find_missing(engine, scorer):
        return None
    model = scorer.model
    try:
        tower = networks.get(model.backbone, model.weights).backbone.text
        assert tower is not None
        embed_names(engine, tower, model.backbone_id)
    except ConfigError as error:
        log.error("names of tags cannot be embedded", reason=str(error))
        return None
    with transaction(engine) as connection:
        return _promote(connection, storage, model.backbone_id)


def _find_missing(engine: Engine, scorer: Scorer) -> set[int]:
    """Return the ids of tags whose names the network has not embedded."""
    if scorer.head.text is None:
        return set()
    with transaction(engine) as connection:
        wanted = set(list_tags_from_names(connection))
    words = scorer.tag_ids[: scorer.vocabulary.word_count].tolist()
    return wanted.difference(words, scorer.head.text.named_ids.tolist())


def _promote(connection: Connection, storage: Storage, backbone_id: int) -> int | None:
    model = lock_live_model(connection)
    if model is None or model.backbone_id != backbone_id:
        return None
    head = read_head(storage, model)
    assert head.text is not None
    index = read_vocabulary_index(connection, backbone_id)
    text = with_names(connection, head.text, backbone_id, index)
    # Another worker may have been faster.
    added = len(text.named_ids) - len(head.text.named_ids)
    if added <= 0:
        return None
    reason = REASON.format(tags=added)
    version = promote_head(
        connection, storage, model, head.with_text(text), reason=reason, metrics={}
    )
    log.info("names read", tags=added, version=version)
    return version
