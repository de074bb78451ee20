"""Validate the verdicts in a request, as far as that needs no database."""

from dataclasses import dataclass
from uuid import UUID

from services.feedback.documents import VerdictsDocument
from shared.db.corrections.corrections import Verdict
from shared.errors import BadRequest
from shared.storage.image_ids import parse_image_id

VERDICTS: tuple[Verdict, ...] = ("add", "remove", "confirm", "undo")


@dataclass(frozen=True)
class Entry:
    """Verdicts on one image.

    said: tag names with their verdicts, in the order of the request. new: whether a name that only
    resembles a tag's creates a tag.
    """

    image_id: UUID
    said: tuple[tuple[str, Verdict], ...]
    new: bool = False


def read_entry(image_id: str, verdicts: VerdictsDocument) -> Entry:
    """Return the verdicts of a request on one image.

    Raises:
        NotFound: the id is not valid.
        BadRequest: there are no verdicts.
    """
    said = tuple((name, verdict) for verdict in VERDICTS for name in getattr(verdicts, verdict))
    if not said:
        raise BadRequest("The request has no verdict; name tags in add, remove, confirm or undo.")
    return Entry(parse_image_id(image_id), said, verdicts.new)
