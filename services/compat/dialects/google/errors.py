"""Google's errors: of a whole request, and of single pictures."""

from enum import IntEnum
from typing import Any

from flask import Response, json

from services.compat.requests.keys import MissingKey
from shared.errors import (
    BodyOverLimit,
    BodyTooLarge,
    FetchFailed,
    Forbidden,
    InvalidKey,
    NotFound,
    TagloopError,
    TooManyRequests,
    Unavailable,
    UnsafeUrl,
)

NO_ACCESS = (
    "We can not access the URL currently. Please download the content and pass it in. Tagloop: "
)
BAD_IMAGE = "Bad image data. Tagloop: "
INVALID_KEY = "API key not valid. Please pass a valid API key."


class Code(IntEnum):
    """The codes of `google.rpc.Code` that are used here."""

    INVALID_ARGUMENT = 3
    NOT_FOUND = 5
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14


HTTP_STATUS = {
    Code.INVALID_ARGUMENT: 400,
    Code.NOT_FOUND: 404,
    Code.PERMISSION_DENIED: 403,
    Code.RESOURCE_EXHAUSTED: 429,
    Code.UNIMPLEMENTED: 501,
    Code.INTERNAL: 500,
    Code.UNAVAILABLE: 503,
}


def describe_error(error: TagloopError) -> Response:
    """Return an error of a whole request."""
    code = _code_of(error)
    described: dict[str, Any] = {
        "code": HTTP_STATUS[code],
        "message": str(error),
        "status": code.name,
    }
    if isinstance(error, InvalidKey) and not isinstance(error, MissingKey):
        described["message"] = f"{INVALID_KEY} {error}"
        described["details"] = [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "API_KEY_INVALID",
                "domain": "googleapis.com",
            }
        ]
    body = json.dumps({"error": described})
    return Response(body, HTTP_STATUS[code], mimetype="application/json")


def describe_refusal(error: TagloopError) -> dict[str, Any]:
    """Return why one picture has no annotations, as a `google.rpc.Status`."""
    if isinstance(error, FetchFailed | UnsafeUrl | Forbidden):
        return status(Code.PERMISSION_DENIED, NO_ACCESS + str(error))
    return status(Code.INVALID_ARGUMENT, BAD_IMAGE + str(error))


def status(code: Code, message: str) -> dict[str, Any]:
    """Return a `google.rpc.Status`."""
    return {"code": code.value, "message": message}


def _code_of(error: TagloopError) -> Code:
    # Google answers a wrong key with 400, and none at all with 403.
    if isinstance(error, MissingKey | Forbidden):
        return Code.PERMISSION_DENIED
    if isinstance(error, InvalidKey | BodyTooLarge | BodyOverLimit):
        return Code.INVALID_ARGUMENT
    for kind, code in (
        (NotFound, Code.NOT_FOUND),
        (TooManyRequests, Code.RESOURCE_EXHAUSTED),
        (Unavailable, Code.UNAVAILABLE),
    ):
        if isinstance(error, kind):
            return code
    return Code.INVALID_ARGUMENT if error.status < 500 else Code.INTERNAL
