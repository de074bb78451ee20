"""Azure's errors: a code, and inside it a narrower one."""

from flask import Response, json

from shared.errors import (
    BodyOverLimit,
    BodyTooLarge,
    FetchFailed,
    InvalidKey,
    NotFound,
    PictureError,
    TagloopError,
    TooManyBytes,
    TooManyPixels,
    TooManyRequests,
    Unavailable,
    UnsafeUrl,
)

INVALID_REQUEST = "InvalidRequest"
WRONG_KEY = (
    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a "
    "valid key for an active subscription and use a correct regional API endpoint for your "
    "resource."
)
# The narrower code of an invalid request: the first that fits.
INNER: tuple[tuple[type[TagloopError] | tuple[type[TagloopError], ...], str], ...] = (
    ((FetchFailed, UnsafeUrl), "InvalidImageUrl"),
    ((TooManyBytes, TooManyPixels, BodyTooLarge, BodyOverLimit), "InvalidImageSize"),
    (PictureError, "InvalidImageFormat"),
)


class AzureError(TagloopError):
    """An invalid request with a narrower code of Azure's own."""

    status = 400

    def __init__(self, inner: str, message: str) -> None:
        super().__init__(message)
        self.inner = inner


def describe_error(error: TagloopError) -> Response:
    """Return an error so that Azure's clients raise the exception of its status."""
    code, status = _code_of(error)
    message = f"{WRONG_KEY} {error}" if isinstance(error, InvalidKey) else str(error)
    described: dict[str, object] = {"code": code, "message": message}
    if code == INVALID_REQUEST:
        described["innererror"] = {"code": _inner_of(error), "message": message}
    return Response(json.dumps({"error": described}), status, mimetype="application/json")


def _code_of(error: TagloopError) -> tuple[str, int]:
    for kind, code in ((InvalidKey, 401), (NotFound, 404), (TooManyRequests, 429)):
        if isinstance(error, kind):
            return str(code), code
    if isinstance(error, Unavailable):
        return "ServiceUnavailable", 503
    if error.status >= 500:
        return "InternalServerError", 500
    return ("403", 403) if error.status == 403 else (INVALID_REQUEST, 400)


def _inner_of(error: TagloopError) -> str:
    if isinstance(error, AzureError):
        return error.inner
    return next((code for kinds, code in INNER if isinstance(error, kinds)), "BadArgument")
