"""The log's lines about images, each with the request that brought it: one grep tells its story."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from services.worker.tagging.lanes import Rejected
from shared.db.images.tagging import Claim

log = structlog.get_logger("services.worker")


def tell_tagged(claim: Claim, held: set[UUID], version: int) -> None:
    """What was stored of a claim; one line for all, since one each would cost as a stage does."""
    log.info(
        "images tagged",
        images={str(i.id): i.request_id for i in claim.images if i.id in held},
        model=version,
        seconds=round(claim.seconds_held(), 3),
    )


def tell_failed(failed: Sequence[Rejected]) -> None:
    """What can't be tagged, and why."""
    for outcome in failed:
        image = outcome.image
        log.info(
            "image failed",
            image=str(image.id),
            request_id=image.request_id,
            error=str(outcome.error),
        )
