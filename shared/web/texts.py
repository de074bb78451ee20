"""Have a worker embed a text; web processes have no network."""

from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from shared.db.connection.engine import transaction
from shared.db.models.vocabularies.texts import find_text_embedding
from shared.errors import Unavailable
from shared.messaging.publisher import publish_text
from shared.web.context import context

# The first text after a worker's start takes longest: the tower for texts is loaded then.
ANSWER_SECONDS = 20.0


def embed_text(words: str, *, as_name: bool) -> NDArray[np.float32] | None:
    """Return a text's embedding, (dimensions,), of length 1; None if the network has no text.

    as_name: whether it is a tag's name.

    Raises:
        Unavailable: no worker answered in time, Postgres or the broker does not answer, or too many
            requests are waiting for workers.
    """
    here = context()
    scorer = here.live.get()
    if scorer.head.text is None:
        return None
    backbone_id = scorer.model.backbone_id

    def look() -> NDArray[np.float32] | None:
        with transaction(here.engine) as connection:
            return find_text_embedding(connection, backbone_id, words, as_name=as_name)

    known = look()
    if known is not None:
        return known
    with here.room.place() as has_place:
        if not has_place:
            raise Unavailable("Too many requests wait for a worker; try again later.")
        question_id = uuid4()
        if not publish_text(here.celery, question_id, words, ANSWER_SECONDS, as_name=as_name):
            raise Unavailable("The broker does not answer.")
        here.listener.wait(question_id, ANSWER_SECONDS, lambda: look() is not None)
    found = look()
    if found is None:
        raise Unavailable(f"No worker embedded the text within {ANSWER_SECONDS:.0f} s.")
    return found
