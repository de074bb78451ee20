"""Rekognition's error codes, and its form of errors."""

from uuid import uuid4

from flask import Response, json

from services.compat.requests.json_body import NotJson
from shared.errors import (
    BadRequest,
    BodyOverLimit,
    BodyTooLarge,
    EmptyFile,
    Forbidden,
    InvalidKey,
    PictureError,
    TagloopError,
    TooManyBytes,
    TooManyPixels,
    TooManyRequests,
    TooSlow,
    Unavailable,
    UnsafeUrl,
)

MIME_TYPE = "application/x-amz-json-1.1"
REQUEST_ID_HEADER = "x-amzn-RequestId"
UNKNOWN_OPERATION = "UnknownOperationException"

# The first that fits; AWS calls all of them client errors with status 400.
CODES: tuple[tuple[type[TagloopError] | tuple[type[TagloopError], ...], str], ...] = (
    (InvalidKey, "UnrecognizedClientException"),
    (Forbidden, "AccessDeniedException"),
    (TooManyRequests, "ThrottlingException"),
    ((TooManyBytes, TooManyPixels, BodyTooLarge, BodyOverLimit), "ImageTooLargeException"),
    (EmptyFile, "InvalidParameterException"),
    (PictureError, "InvalidImageFormatException"),
    (NotJson, "SerializationException"),
    ((BadRequest, UnsafeUrl, TooSlow), "InvalidParameterException"),
)


class AwsError(TagloopError):
    """An error with a code of Rekognition's own."""

    status = 400

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def describe_error(error: TagloopError) -> Response:
    """Return an error so that AWS' clients raise the exception of its code.

    boto3 reads the code from the body, the SDK for JavaScript from the header.
    """
    code, status = code_of(error)
    request_id = str(uuid4())
    body = {"__type": code, "Code": code, "Logref": request_id, "Message": str(error)}
    headers = {REQUEST_ID_HEADER: request_id, "x-amzn-ErrorType": code}
    return Response(json.dumps(body), status, headers, content_type=MIME_TYPE)


def code_of(error: TagloopError) -> tuple[str, int]:
    """Return the code of an error, and the HTTP status that goes with it."""
    if isinstance(error, AwsError):
        return error.code, 400
    if isinstance(error, Unavailable):
        return "ServiceUnavailableException", 503
    for kinds, code in CODES:
        if isinstance(error, kinds):
            return code, 400
    return (UNKNOWN_OPERATION, 400) if error.status < 500 else ("InternalServerError", 500)
