"""What a request says of an image, as far as it can be told without the database."""

from dataclasses import dataclass
from uuid import UUID

from services.feedback.documents import VerdictsDocument
from shared.db.corrections.corrections import Verdict
from shared.errors import BadRequest
from shared.storage.image_ids import parse_image_id

VERDICTS: tuple[Verdict, ...] = ("add", "remove", "confirm", "undo")


@dataclass(frozen=True)
class Entry:
    """What somebody says of one image.

    said: names of tags, each with its verdict, in the request's order. new: whether a name that
    only resembles a tag's makes a tag of its own.
    """

    image_id: UUID
    said: tuple[tuple[str, Verdict], ...]
    new: bool = False


def read_entry(image_id: str, verdicts: VerdictsDocument) -> Entry:
    """Return what a request says of one image.

    Raises:
        NotFound: this is no image's id.
        BadRequest: nothing is said.
    """
    said = tuple((name, verdict) for verdict in VERDICTS for name in getattr(verdicts, verdict))
    if not said:
        raise BadRequest("Nothing is said; name tags in add, remove, confirm or undo.")
    return Entry(parse_image_id(image_id), said, verdicts.new)
