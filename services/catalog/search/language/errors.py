"""Errors in a search, with their position in its text."""

from shared.errors import BadRequest


class QueryError(BadRequest):
    """The search is not valid."""

    def __init__(self, message: str, start: int, end: int) -> None:
        """Set the position: characters `start` to `end` of the text, counted from 0."""
        super().__init__(message)
        self.start, self.end = start, end

    @property
    def members(self) -> dict[str, object]:
        """The additional members of the problem document."""
        return {"position": {"start": self.start, "end": self.end}}
