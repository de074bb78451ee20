"""Errors between a client and the server, each with one sentence for people."""

from typing import Any

from shared.errors import TagloopError


class NoAnswer(TagloopError):
    """The server does not answer, or the connection to it was lost."""

    retryable = True


class ServerFailed(TagloopError):
    """The server failed to handle the request."""

    retryable = True


class ServerBusy(TagloopError):
    """The server accepts no more work for now; `retry_after_seconds` says when to ask again."""

    retryable = True

    def __init__(self, message: str, retry_after_seconds: float) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Refused(TagloopError):
    """The server refused the request; `problem` is its problem document (RFC 9457)."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(describe_problem(problem))
        self.problem = problem


class FileUnusable(TagloopError):
    """A file could not be read, or changed while it was sent; `path` says which."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(reason)
        self.path = path
        self.reason = reason


class LabelsUnusable(TagloopError):
    """The labels cannot be read or written."""


def describe_problem(problem: dict[str, Any]) -> str:
    """Return the sentence of a problem document."""
    return str(problem.get("detail") or problem.get("title") or "The server did not say why.")
