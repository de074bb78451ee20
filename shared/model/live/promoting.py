"""Make a changed head the live version, and queue the re-tagging of all images."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from shared.db.models.learning import read_report
from shared.db.models.models import LiveModel
from shared.db.models.promotion import insert_candidate, promote
from shared.db.models.retag_jobs import RetagScope, queue_job
from shared.model.head import Head
from shared.storage.storage import Storage


def promote_head(
    connection: Connection,
    storage: Storage,
    live: LiveModel,
    head: Head,
    *,
    reason: str,
    metrics: Mapping[str, Any],
) -> int:
    """Store a head that was made from the live one and promote it; return its version.

    live: locked by the caller. metrics: beside the measured figures of learned tags, which still
    hold.
    """
    blob = f"heads/{uuid4()}.safetensors"
    storage.put(blob, head.to_bytes())
    figures = {**read_report(connection, live.version), **metrics}
    version = insert_candidate(connection, live, blob, reason, figures, rejected=False)
    promote(connection, version)
    queue_job(connection, RetagScope())
    return version


def read_head(storage: Storage, model: LiveModel) -> Head:
    """Read the head of a version."""
    return Head.from_bytes(bytes(storage.get(model.blob)))
