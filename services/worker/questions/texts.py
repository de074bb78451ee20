"""Embed the texts that web processes ask for."""

from uuid import UUID

import structlog

from services.worker.runtime import Runtime
from shared.db.connection.engine import transaction
from shared.db.images.notifications import notify_done
from shared.db.models.models import find_live_model
from shared.db.models.vocabularies.texts import store_text_embedding
from shared.errors import ConfigError

log = structlog.get_logger(__name__)


def answer_text(worker: Runtime, question_id: UUID, words: str, *, as_name: bool) -> None:
    """Embed a text by the live network and wake the process that asked.

    Raises:
        Unavailable: Postgres does not answer; the asking process times out.
    """
    with transaction(worker.engine) as connection:
        live = find_live_model(connection)
    if live is None:
        return
    try:
        tower = worker.networks.get(live.backbone, live.weights).backbone.text
        embedding = None if tower is None else tower.embed(words, as_name=as_name)
    except ConfigError as error:
        log.error("a text cannot be embedded", reason=str(error))
        embedding = None
    with transaction(worker.engine) as connection:
        if embedding is not None:
            store_text_embedding(connection, live.backbone_id, words, embedding, as_name=as_name)
        notify_done(connection, [question_id])
