"""Have a worker embed a picture for a search, without storing it."""

from typing import BinaryIO
from uuid import UUID, uuid4

import numpy as np
from numpy.typing import NDArray

from shared.db.connection.engine import transaction
from shared.db.images.file_deletions import note_deletions
from shared.errors import BlobMissing, PictureError, Unavailable
from shared.messaging.publisher import publish_question
from shared.storage.deleting import discard_files
from shared.storage.originals import Original, inspect_original
from shared.storage.query_pictures import QueryAnswer, answer_key, picture_key
from shared.web.context import context

ANSWER_SECONDS = 10.0
LEFT_BEHIND_SECONDS = 120.0


def embed(picture: BinaryIO) -> tuple[NDArray[np.float16], int]:
    """Return the embedding of a picture, (dimensions,), and the id of the network that made it.

    Raises:
        PictureError: it is not a picture, is over a limit, or cannot be decoded.
        Unavailable: the storage or the broker does not answer, no worker answered in time, or too
            many requests are waiting for workers.
    """
    here = context()
    original = inspect_original(picture, here.settings)
    with here.room.place() as has_place:
        if not has_place:
            raise Unavailable("Too many requests wait for a worker; try again later.")
        return _ask_worker(picture, original)


def _ask_worker(picture: BinaryIO, original: Original) -> tuple[NDArray[np.float16], int]:
    here = context()
    question_id = uuid4()
    keys = [picture_key(question_id), answer_key(question_id)]
    with transaction(here.engine) as connection:
        # A worker may answer after this request has ended, or this process may end first.
        note_deletions(connection, keys, delay_seconds=LEFT_BEHIND_SECONDS)
    here.storage.put(picture_key(question_id), picture)
    try:
        if not publish_question(
            here.celery, question_id, original.format, original.orientation, ANSWER_SECONDS
        ):
            raise Unavailable("The broker does not answer.")
        here.listener.wait(question_id, ANSWER_SECONDS, lambda: _read(question_id) is not None)
        answer = _read(question_id)
    finally:
        discard_files(here.engine, here.storage, keys)
    if answer is None:
        raise Unavailable(f"No worker answered within {ANSWER_SECONDS:.0f} s.")
    if answer.embedding is None:
        raise PictureError(answer.problem)
    return answer.embedding, answer.backbone_id


def _read(question_id: UUID) -> QueryAnswer | None:
    try:
        return QueryAnswer.from_bytes(bytes(context().storage.get(answer_key(question_id))))
    except BlobMissing:
        return None
