"""What is wrong with a search, and where in its text."""

from shared.errors import BadRequest


class QueryError(BadRequest):
    """The search cannot be understood."""

    def __init__(self, message: str, start: int, end: int) -> None:
        """Name the place: characters `start` to `end` of the text, the first one being 0."""
        super().__init__(message)
        self.start, self.end = start, end

    @property
    def members(self) -> dict[str, object]:
        """What the problem document has beside its sentence."""
        return {"position": {"start": self.start, "end": self.end}}
