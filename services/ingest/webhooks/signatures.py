"""Verify the sender of a webhook, in constant time, and the age of its signature."""

import hashlib
import hmac
from collections.abc import Callable, Iterable

from services.ingest.webhooks.events import WebhookDelivery
from shared.errors import UnverifiedSender

BEARER = "bearer "
# Digits of Unix seconds; enough for 30,000 years.
MAX_DIGITS = 12


def require_secrets(delivery: WebhookDelivery) -> list[str]:
    """Return the source's secrets.

    Raises:
        UnverifiedSender: it has none, so no sender can be verified.
    """
    if not delivery.secrets:
        raise UnverifiedSender(
            f"The webhook {delivery.source!r} is not set up: start the server with "
            f"TAGLOOP_WEBHOOK_{delivery.source.upper()}_SECRET."
        )
    return [secret.get_secret_value() for secret in delivery.secrets]


def require_header(delivery: WebhookDelivery, name: str) -> str:
    """Return the value of a header.

    Raises:
        UnverifiedSender: it is missing.
    """
    value = delivery.headers.get(name)
    if not value:
        raise UnverifiedSender(f"The request has no header {name}.")
    return value.strip()


def check_signature(given: str, expected: Iterable[str]) -> None:
    """Compare a signature in hex with the signatures that the secrets produce.

    Raises:
        UnverifiedSender: it equals none of them.
    """
    if not any_equal(given.lower(), expected):
        raise UnverifiedSender("The signature does not fit the body; check the secret.")


def any_equal(given: str, expected: Iterable[str]) -> bool:
    """Return whether a secret text is among the expected ones, in constant time."""
    found = [hmac.compare_digest(given.encode(), one.encode()) for one in expected]
    return any(found)


def check_fresh(delivery: WebhookDelivery, timestamp: str) -> int:
    """Return the signed time of a delivery, in Unix seconds.

    Raises:
        UnverifiedSender: it is not a time, or too far from now.
    """
    window = delivery.settings.webhook_window_seconds
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= MAX_DIGITS):
        raise UnverifiedSender(f"The timestamp {timestamp[:40]!r} is not in Unix seconds.")
    if abs(delivery.received_at - int(timestamp)) > window:
        raise UnverifiedSender(
            f"The timestamp is more than {window} seconds from this server's time."
        )
    return int(timestamp)


def hmac_sha256(secret: str, message: bytes) -> str:
    """Return the HMAC-SHA256 in hex."""
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def check_bearer(delivery: WebhookDelivery, allowed: Callable[[str], bool] = bool) -> None:
    """Check `Authorization: Bearer <token>`, for senders that do not sign.

    allowed: returns whether a secret of the source is such a token.

    Raises:
        UnverifiedSender: the token is missing or wrong.
    """
    tokens = [secret for secret in require_secrets(delivery) if allowed(secret)]
    authorization = require_header(delivery, "Authorization")
    if not authorization.lower().startswith(BEARER):
        raise UnverifiedSender("The header Authorization has to be `Bearer` and the secret.")
    if not any_equal(authorization[len(BEARER) :].strip(), tokens):
        raise UnverifiedSender("The token in the header Authorization is wrong.")
