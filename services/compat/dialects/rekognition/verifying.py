"""Who signed a request: verify the Signature Version 4 of AWS' clients."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

from flask import Request

from services.compat.dialects.rekognition.errors import AwsError
from services.compat.dialects.rekognition.sigv4 import (
    TIME_FORMAT,
    Malformed,
    Signature,
    SignedRequest,
    parse_authorization,
    sign,
)
from services.compat.requests.body import MAX_JSON_BYTES, read_body
from services.compat.requests.keys import body_bytes, has_bearer
from shared.auth.authentication import bearer_key
from shared.auth.aws_keys import secret_access_key
from shared.auth.keyring import KeyRing
from shared.db.owners.keys import Key
from shared.web.context import context

SERVICE = "rekognition"
CLOCK_MINUTES = 5
MUST_BE_SIGNED = ("host", "x-amz-date", "x-amz-target")
BODY_DIGEST = "x-amz-content-sha256"
DEFAULT_REGION = "us-east-1"


def find_key(request: Request, ring: KeyRing) -> tuple[Key, int]:
    """Return the key that signed the request, or the one in `Authorization: Bearer`.

    Raises:
        AwsError: the signature is missing, malformed, too old or wrong, or its key is unknown or
            revoked.
    """
    if has_bearer(request):
        return bearer_key(request, ring), body_bytes(request, lambda: MAX_JSON_BYTES)
    header = request.headers.get("Authorization", "")
    if not header:
        raise AwsError("MissingAuthenticationTokenException", "Missing Authentication Token")
    try:
        signature = parse_authorization(header)
    except Malformed as error:
        raise AwsError("IncompleteSignatureException", str(error)) from error
    _check_signed(request, signature)
    _check_clock(request.headers["X-Amz-Date"], signature)
    key = ring.find_access_key(signature.access_key_id)
    master = context().settings.sigv4_secret.get_secret_value()
    if key is None or not master:
        raise AwsError(
            "UnrecognizedClientException",
            "The security token included in the request is invalid. `tagloop keys create --aws` "
            "makes keys for this server.",
        )
    body = read_body()
    _verify(request, signature, secret_access_key(master, signature.access_key_id), body)
    return key, len(body)


def region_of(header: str) -> str:
    """Return the region that an Authorization header is signed for, verified or not."""
    try:
        return parse_authorization(header).scope.region
    except Malformed:
        return DEFAULT_REGION


def _check_signed(request: Request, signature: Signature) -> None:
    for name in MUST_BE_SIGNED:
        if name not in request.headers:
            raise AwsError("IncompleteSignatureException", f"The header {name} is missing.")
        if name not in signature.headers:
            raise AwsError("InvalidSignatureException", f"The header {name} must be signed.")
    for name in signature.headers:
        if name not in request.headers:
            raise AwsError(
                "InvalidSignatureException", f"The signed header {name[:100]} did not arrive."
            )
    if signature.scope.service != SERVICE:
        raise AwsError(
            "InvalidSignatureException",
            f"Credential should be scoped to correct service: '{SERVICE}'.",
        )


def _check_clock(sent: str, signature: Signature) -> None:
    try:
        signed_at = datetime.strptime(sent, TIME_FORMAT).replace(tzinfo=UTC)
    except ValueError as error:
        raise AwsError(
            "IncompleteSignatureException", "X-Amz-Date must be as in 20261126T120000Z."
        ) from error
    if not sent.startswith(signature.scope.date):
        raise AwsError(
            "InvalidSignatureException", "Date in Credential scope does not match X-Amz-Date."
        )
    now = datetime.now(UTC)
    window = timedelta(minutes=CLOCK_MINUTES)
    if signed_at < now - window:
        least = (now - window).strftime(TIME_FORMAT)
        raise AwsError(
            "InvalidSignatureException",
            f"Signature expired: {sent} is now earlier than {least} "
            f"({now.strftime(TIME_FORMAT)} - {CLOCK_MINUTES} min.)",
        )
    if signed_at > now + window:
        most = (now + window).strftime(TIME_FORMAT)
        raise AwsError(
            "InvalidSignatureException",
            f"Signature not yet current: {sent} is still later than {most} "
            f"({now.strftime(TIME_FORMAT)} + {CLOCK_MINUTES} min.)",
        )


def _verify(request: Request, signature: Signature, secret: str, body: bytearray) -> None:
    digest = request.headers.get(BODY_DIGEST)
    if digest is not None and digest != hashlib.sha256(body).hexdigest():
        raise AwsError(
            "InvalidSignatureException",
            f"The header {BODY_DIGEST} does not fit the body, which has to be signed.",
        )
    path, query = _address(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    asked = SignedRequest(request.method, path, query, headers, body)
    time = request.headers["X-Amz-Date"]
    expected = sign(secret, signature.scope, time, signature.headers, asked)
    if not hmac.compare_digest(expected, signature.signature):
        raise AwsError(
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided. Check "
            "your AWS Secret Access Key. A proxy has to pass Host and the path on unchanged.",
        )


def _address(request: Request) -> tuple[str, str]:
    """Return path and query as the client sent them, with a prefix that a proxy removed."""
    raw = request.environ.get("RAW_URI") or quote(request.full_path)
    parts = urlsplit(str(raw))
    prefix = request.headers.get("X-Forwarded-Prefix", "").rstrip("/")
    return prefix + parts.path, parts.query
