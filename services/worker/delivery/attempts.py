"""Store the outcome of delivery attempts, for each delivery and for its endpoint."""

from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy import Connection, Engine, RowMapping

from services.worker.delivery.post import Response
from services.worker.delivery.retries import DEAD_SECONDS, seconds_to_retry
from shared.db.connection.engine import transaction
from shared.db.events.endpoints import disable_endpoint
from shared.db.events.sending import (
    Claimed,
    DeliveryResult,
    fail_waiting,
    is_dead,
    note_success,
    release,
    store_results,
)
from shared.observability.metrics import webhook_deliveries

log = structlog.get_logger(__name__)


def record_attempts(
    engine: Engine,
    claimed: Claimed,
    endpoint: RowMapping | None,
    attempts: Sequence[tuple[RowMapping, Response]],
    *,
    is_over: bool = False,
) -> None:
    """Store how attempts ended.

    is_over: the batch has ended, so untried deliveries are released.
    """
    results = [_judge(row, answer) for row, answer in attempts]
    with transaction(engine) as connection:
        # Lock the endpoint before its deliveries, as deleting does.
        end = endpoint and _record_endpoint(
            connection, endpoint["id"], [answer for _, answer in attempts], results
        )
        store_results(connection, claimed.token, results)
        if is_over:
            release(connection, claimed)
        if endpoint and end:
            fail_waiting(connection, endpoint["id"], f"The endpoint is disabled. {end}")
    for result in results:
        outcome = "retried" if result.status == "waiting" else result.status
        webhook_deliveries.labels(outcome).inc()


def _judge(row: RowMapping, answer: Response) -> DeliveryResult:
    """Return what a response means for its delivery."""
    if answer.is_success:
        return DeliveryResult(row["id"], "delivered", answer.status)
    retry_seconds = seconds_to_retry(row["attempts"] + 1, answer.retry_after)
    is_last = answer.is_hopeless or answer.is_gone or retry_seconds is None
    log.info(
        "delivery failed",
        delivery=str(row["id"]),
        destination=row["destination"],
        answer=answer.status,
        error=answer.error,
        retry_seconds=None if is_last else round(retry_seconds or 0),
    )
    return DeliveryResult(
        row["id"],
        "failed" if is_last else "waiting",
        answer.status,
        answer.error,
        None if is_last else retry_seconds,
    )


def _record_endpoint(
    connection: Connection,
    endpoint_id: UUID,
    answers: Sequence[Response],
    results: Sequence[DeliveryResult],
) -> str | None:
    """Note that an endpoint works, or disable it; return the reason if it was disabled."""
    if any(answer.is_success for answer in answers):
        note_success(connection, endpoint_id)
    reason = None
    if any(answer.is_gone for answer in answers):
        reason = "It answered 410 Gone."
    elif any(result.status == "failed" for result in results) and is_dead(
        connection, endpoint_id, DEAD_SECONDS
    ):
        reason = "It accepted no message for three days."
    if reason is None or not disable_endpoint(connection, endpoint_id, reason):
        return None
    log.warning("endpoint disabled", endpoint=str(endpoint_id), reason=reason)
    return reason
