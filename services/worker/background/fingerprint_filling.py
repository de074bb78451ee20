"""Take the fingerprints of images that an earlier version tagged."""

import time

import structlog
from sqlalchemy import Engine

from services.worker.tagging.lanes import Lanes
from shared.db.connection.engine import transaction
from shared.db.connection.locks import Lock, try_lock
from shared.db.search.likeness.fingerprint_backfill import (
    BarePicture,
    find_next_bare,
    store_taken,
)
from shared.errors import TagloopError, Unavailable
from shared.pictures.fingerprint import Fingerprint
from shared.storage.storage import original_key

CHUNK_IMAGES = 20
# Of every sweep's ten seconds, on one core: new images come first.
FILL_SECONDS = 3.0

log = structlog.get_logger(__name__)


def fill_fingerprints(engine: Engine, lanes: Lanes) -> None:
    """Take missing fingerprints for a few seconds. The next sweep continues where this one ends.

    Pictures that cannot be read or decoded any more are left out.

    Raises:
        Unavailable: Postgres or the storage does not answer.
    """
    ends_at = time.monotonic() + FILL_SECONDS
    taken = 0
    # Two processes would decode the same pictures.
    with try_lock(engine, Lock.FINGERPRINTS) as is_mine:
        while is_mine and time.monotonic() < ends_at:
            with transaction(engine) as connection:
                pictures = find_next_bare(connection, CHUNK_IMAGES)
            if not pictures:
                break
            made = {picture.id: _take(lanes, picture) for picture in pictures}
            fingerprints = {image_id: one for image_id, one in made.items() if one is not None}
            with transaction(engine) as connection:
                store_taken(connection, fingerprints, pictures[-1].id)
            taken += len(fingerprints)
    if taken:
        log.info("fingerprints of earlier images taken", images=taken)


def _take(lanes: Lanes, picture: BarePicture) -> Fingerprint | None:
    try:
        return lanes.take_fingerprint(original_key(picture.id), picture.format, picture.orientation)
    except Unavailable:
        raise
    except TagloopError as error:
        log.warning("no fingerprint taken", image=str(picture.id), reason=str(error))
        return None
