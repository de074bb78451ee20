"""Log lines about images, each with its request's id, so that one grep shows an image's history."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from services.worker.tagging.lanes import Rejected
from shared.db.images.tagging import Claim

log = structlog.get_logger("services.worker")


def tell_tagged(claim: Claim, held: set[UUID], version: int) -> None:
    """Log what was stored for a claim.

    One line holds all images, since a line for each would cost as much as a stage.
    """
    log.info(
        "images tagged",
        images={str(i.id): i.request_id for i in claim.images if i.id in held},
        model=version,
        seconds=round(claim.seconds_held(), 3),
    )


def tell_failed(failed: Sequence[Rejected]) -> None:
    """Log the images that can't be tagged, with the reasons."""
    for outcome in failed:
        image = outcome.image
        log.info(
            "image failed",
            image=str(image.id),
            request_id=image.request_id,
            error=str(outcome.error),
        )
