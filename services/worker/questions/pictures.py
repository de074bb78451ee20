"""Embed pictures that are used as queries and not stored as images."""

from uuid import UUID

import numpy as np

from services.worker.runtime import Runtime
from shared.db.connection.engine import transaction
from shared.db.images.notifications import notify_done
from shared.errors import BlobMissing, PictureError
from shared.storage.query_pictures import QueryAnswer, answer_key, picture_key


def answer_question(
    worker: Runtime, question_id: UUID, picture_format: str, orientation: int
) -> None:
    """Embed a picture and wake the process that asked.

    Raises:
        Unavailable: Postgres or the storage does not answer; the asking process times out.
    """
    key = picture_key(question_id)
    try:
        model = worker.pipeline.live.get().model
        lanes = worker.networks.get(model.backbone, model.weights).lanes
        embedding = lanes.embed_one(key, picture_format, orientation)
        answer = QueryAnswer(embedding.astype(np.float16), model.backbone_id)
    except BlobMissing:
        # The asking process has given up.
        return
    except PictureError as error:
        answer = QueryAnswer(None, problem=str(error))
    worker.storage.put(answer_key(question_id), answer.to_bytes())
    with transaction(worker.engine) as connection:
        notify_done(connection, [question_id])
