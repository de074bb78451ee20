"""Wait for the outcome of an upload."""

import time
from uuid import UUID

from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.images.images import find_image
from shared.web.context import context


def wait_until_done(image_id: UUID, deadline: float) -> bool:
    """Wait for an image; return whether it is tagged or has failed.

    deadline: as time.monotonic(); after it, the status is read only once.
    """
    seconds = max(0.0, deadline - time.monotonic())
    return context().listener.wait(image_id, seconds, lambda: status_of(image_id) != "queued")


def status_of(image_id: UUID) -> str:
    """Return the status of an image; "failed" if it was deleted, so that no caller waits for it."""
    with transaction(context().engine) as connection:
        row = find_image(connection, image_id, caller_access())
        return row["status"] if row else "failed"
