"""Errors as problem documents (RFC 9457)."""

import structlog
from flask import Flask, Response, json, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field, ValidationError
from werkzeug.exceptions import (
    HTTPException,
    MethodNotAllowed,
    NotFound,
    RequestEntityTooLarge,
)

from shared.errors import InvalidKey, TagloopError, TooManyRequests, Unavailable
from shared.web.answers.invalid import describe_invalid

MIME_TYPE = "application/problem+json"

log = structlog.get_logger(__name__)


class Position(BaseModel):
    """A place in a text, in characters; the first one is 0."""

    start: int
    end: int = Field(description="the character after it")


class ProblemDocument(BaseModel):
    """Why a request failed."""

    type: str = Field("about:blank", description="the kind of problem")
    title: str = Field(description="the kind of problem, in words")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="what is wrong this time, and what to do")
    position: Position | None = Field(None, description="of a search: the wrong part of `q`")


def problem_of(error: TagloopError) -> dict[str, object]:
    """Return an error as a problem document."""
    return {
        "type": error.type,
        "title": error.title,
        "status": error.status,
        "detail": str(error),
        **error.members,
    }


def problem_response(problem: dict[str, object]) -> Response:
    """Return a problem document as a response."""
    return Response(json.dumps(problem), status=int(str(problem["status"])), mimetype=MIME_TYPE)


def validation_problem(error: ValidationError) -> dict[str, object]:
    """Return a problem document about the parameters that are not valid."""
    return {
        "type": "about:blank",
        "title": "The request does not fit the API",
        "status": 400,
        "detail": describe_invalid(error),
    }


def validation_response(error: ValidationError) -> Response:
    """Return a response about the parameters that are not valid."""
    return problem_response(validation_problem(error))


def register_problems(app: Flask) -> None:
    """Answer every error of an app with a problem document."""
    app.register_error_handler(TagloopError, _on_tagloop_error)
    app.register_error_handler(HTTPException, http_error_response)
    app.register_error_handler(Exception, _on_bug)


def _on_tagloop_error(error: TagloopError) -> ResponseReturnValue:
    response = problem_response(problem_of(error))
    if isinstance(error, Unavailable | TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, InvalidKey):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def http_error_response(error: HTTPException) -> ResponseReturnValue:
    """Return an HTTP error of Flask as a problem document."""
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()
    response = problem_response(
        {
            "type": "about:blank",
            "title": error.name,
            "status": error.code or 500,
            "detail": _detail_of(error),
        }
    )
    for name, value in error.get_headers():
        if name.lower() != "content-type":
            response.headers[name] = value
    return response


def _detail_of(error: HTTPException) -> str:
    match error:
        case NotFound():
            return f"There is nothing at {request.path}; /openapi.json lists every operation."
        case MethodNotAllowed():
            allowed = ", ".join(sorted(error.valid_methods or ()))
            return f"{request.method} is not possible at {request.path}; use one of {allowed}."
        case RequestEntityTooLarge():
            return f"The body has more than {request.max_content_length:,} bytes."
    return error.description or error.name


def _on_bug(error: Exception) -> ResponseReturnValue:
    log.error("unhandled exception", exc_info=error)
    return problem_response(
        {
            "type": "about:blank",
            "title": "Internal Server Error",
            "status": 500,
            "detail": "Tagloop met an error of its own; its log has the details.",
        }
    )
