"""Signatures of Standard Webhooks 1.0, which prove that a message comes from this server."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from secrets import token_bytes

SECRET_PREFIX = "whsec_"
NEW_SECRET_BYTES = 32
MIN_SECRET_BYTES = 24
MAX_SECRET_BYTES = 64


def new_secret() -> str:
    """Return a secret for a new receiver."""
    return SECRET_PREFIX + base64.b64encode(token_bytes(NEW_SECRET_BYTES)).decode()


def signing_key(secret: str) -> bytes:
    """Return the key in a secret.

    Raises:
        ValueError: it is not a secret; the message says what one looks like, without repeating it.
    """
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(SECRET_PREFIX) or not (
        MIN_SECRET_BYTES <= len(key) <= MAX_SECRET_BYTES
    ):
        raise ValueError(
            f"has to be {SECRET_PREFIX} and {MIN_SECRET_BYTES} to {MAX_SECRET_BYTES} bytes in "
            "base64"
        )
    return key


def signed_headers(
    secrets: Sequence[str], message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """Return the headers that make a body a Standard Webhook.

    timestamp: of this attempt, Unix seconds.

    There is a signature for each secret, so a receiver needs to know only one of them.
    """
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_sign(signed, secret) for secret in secrets),
    }


def _sign(signed: bytes, secret: str) -> str:
    digest = hmac.new(signing_key(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
