"""Send a batch of a destination's deliveries, one after another over one connection."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine, RowMapping

from services.worker.delivery.attempts import record_attempts
from services.worker.delivery.messages import write_bodies
from services.worker.delivery.post import ATTEMPT_SECONDS, Poster, Response
from shared.auth.signing import signed_headers
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.events.endpoints import find_endpoint, secrets_of
from shared.db.events.sending import Claimed, fail_waiting, release
from shared.db.owners.access import EVERYTHING
from shared.model.live.vocabulary import LiveVocabulary

MAX_PER_BATCH = 20
BATCH_SECONDS = 10.0
# A receiver whose messages take longer on average holds threads that others need.
SLOW_SECONDS = 2.0
# How long outcomes are gathered before they are stored. After a crash, messages whose outcome was
# not stored are sent again; a transaction for each would take longer than a fast receiver.
RECORD_SECONDS = 0.05
# A batch, the attempt in progress at its end, and time for Postgres and DNS.
LEASE_SECONDS = BATCH_SECONDS + 2 * ATTEMPT_SECONDS + 20.0

# No callback is accepted without a secret, but the secret may have been removed since.
UNSIGNED = Response(
    error="This server has no TAGLOOP_CALLBACK_SECRET to sign with.", is_hopeless=True
)


@dataclass(frozen=True)
class BatchResult:
    """The outcome of a batch. pause_seconds: the pause that the destination asked for."""

    destination: str
    is_ill: bool
    is_slow: bool = False
    pause_seconds: float = 0.0


@dataclass(frozen=True)
class DeliveryContext:
    """What all batches of this process share."""

    settings: Settings
    engine: Engine
    vocabulary: LiveVocabulary
    closing: threading.Event


def send_batch(sending: DeliveryContext, claimed: Claimed) -> BatchResult:
    """Send claimed deliveries until the time is up or the receiver has a problem.

    Deliveries that were not tried are released.

    Raises:
        Unavailable: Postgres does not answer. What was not stored is sent again after the lease.
    """
    with transaction(sending.engine) as connection:
        endpoint_id = claimed.deliveries[0]["endpoint_id"]
        endpoint = endpoint_id and find_endpoint(connection, endpoint_id, EVERYTHING)
        if endpoint_id is not None and (endpoint is None or endpoint["disabled_at"] is not None):
            release(connection, claimed)
            if endpoint is not None:
                fail_waiting(connection, endpoint_id, "The endpoint is disabled.")
            return BatchResult(claimed.destination, is_ill=False)
        bodies = write_bodies(connection, sending.vocabulary, claimed.deliveries)
    rows = [row for row in claimed.deliveries if row["id"] in bodies]
    started = noted_at = time.monotonic()
    count, last = 0, None
    fresh: list[tuple[RowMapping, Response]] = []
    for row, last in _attempt_all(sending, endpoint, rows, bodies):
        count += 1
        fresh.append((row, last))
        if time.monotonic() - noted_at > RECORD_SECONDS:
            record_attempts(sending.engine, claimed, endpoint, fresh)
            fresh, noted_at = [], time.monotonic()
    is_slow = time.monotonic() - started > SLOW_SECONDS * max(1, count)
    record_attempts(sending.engine, claimed, endpoint, fresh, is_over=True)
    if last is None or not last.is_ill:
        return BatchResult(claimed.destination, is_ill=False, is_slow=is_slow)
    return BatchResult(claimed.destination, is_ill=True, pause_seconds=last.retry_after or 0.0)


def _attempt_all(
    sending: DeliveryContext,
    endpoint: RowMapping | None,
    rows: list[RowMapping],
    bodies: dict[UUID, str],
) -> Iterator[tuple[RowMapping, Response]]:
    """Post the deliveries in turn; stop after one that shows a problem of the receiver."""
    started = time.monotonic()
    secrets = secrets_of(endpoint) if endpoint else _callback_secrets(sending.settings)
    if not secrets:
        yield from ((row, UNSIGNED) for row in rows)
        return
    with closing(Poster(sending.settings.delivery_allowed_hosts)) as poster:
        for row in rows:
            if sending.closing.is_set() or time.monotonic() - started > BATCH_SECONDS:
                return
            url = endpoint["url"] if endpoint else row["callback_url"]
            body = bodies[row["id"]].encode()
            headers = signed_headers(secrets, str(row["id"]), int(time.time()), body)
            answer = poster.post(url, headers, body)
            yield row, answer
            if answer.is_ill or (answer.is_gone and endpoint):
                return


def _callback_secrets(settings: Settings) -> list[str]:
    secret = settings.callback_secret.get_secret_value()
    return [secret] if secret else []
