"""Tag pictures while a request waits, by the same path as an upload with `wait=`."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from uuid import UUID

from flask import Response
from sqlalchemy import RowMapping

from services.compat.pictures.labels import Label, labels_of
from services.compat.pictures.words import current_words
from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.images.images import find_image
from shared.db.images.transient import delete_transient
from shared.db.tags.shown import ShownTag, tags_of_images
from shared.errors import DamagedPicture, FetchFailed, NotFound, TagloopError, Unavailable
from shared.storage.deleting import delete_files
from shared.storage.storage import file_keys
from shared.web.context import context
from shared.web.uploads.intake import Intake
from shared.web.uploads.options import UploadOptions
from shared.web.uploads.outcome import wait_until_done
from shared.web.uploads.overload import refuse_overload

# boto3 waits 60 seconds for an answer.
ANSWER_SECONDS = 50.0
IMAGE_HEADER = "X-Tagloop-Image"
NO_IMAGE = "-"
# Of bytes that another request deletes meanwhile; see TAGLOOP_COMPAT_KEEP.
ATTEMPTS = 3


@dataclass(frozen=True)
class PictureUrl:
    """A picture that a worker fetches."""

    url: str


# A picture of a request: its bytes, its address, or why it can't be read.
Picture = bytes | PictureUrl | TagloopError


@dataclass(frozen=True)
class PictureOutcome:
    """What became of a picture. row: of a tagged image. error: why there is none.

    shown: its tags as Tagloop names them. labels: the same as the words file names them.
    """

    row: RowMapping | None = None
    shown: list[ShownTag] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    error: TagloopError | None = None

    @property
    def image(self) -> RowMapping:
        """The row of the tagged image.

        Raises:
            TagloopError: the picture could not be tagged.
        """
        if self.error is not None:
            raise self.error
        assert self.row is not None
        return self.row


@contextmanager
def tagging(pictures: Sequence[Picture]) -> Iterator[list[PictureOutcome]]:
    """Yield the outcome of each picture, in order, once all are known.

    Unless pictures are kept, those that were new are deleted at the end of the block.

    Raises:
        Unavailable: too many pictures or requests wait, or no worker tagged one in time.
    """
    refuse_overload()
    made: list[UUID] = []
    try:
        with _place() as deadline:
            outcomes = _tag(pictures, deadline, made)
        yield outcomes
    finally:
        if not context().settings.compat_keep:
            _delete(made)


@contextmanager
def tagging_one(picture: Picture) -> Iterator[PictureOutcome]:
    """Yield the outcome of one picture; raise if it was not tagged.

    Raises:
        TagloopError: it could not be tagged.
    """
    with tagging([picture]) as [outcome]:
        _ = outcome.image
        yield outcome


def find_tagged(image_id: UUID) -> PictureOutcome:
    """Return the outcome of an image that an earlier request sent, once it is known.

    Raises:
        NotFound: there is no such image, or the caller may not see it.
        Unavailable: too many requests wait, or no worker tags it in time.
    """
    with _place() as deadline:
        outcome = _await(image_id, deadline)
    if outcome is None:
        raise NotFound(f"There is no image {image_id}.")
    return outcome


def send_in(picture: Picture) -> UUID:
    """Store a picture to be tagged later; return its image id.

    Raises:
        TagloopError: it is refused.
    """
    refuse_overload()
    [image] = _take_in([picture], [])
    if isinstance(image, PictureOutcome):
        assert image.error is not None
        raise image.error
    return image


def name_images(response: Response, outcomes: Sequence[PictureOutcome]) -> Response:
    """Name the images of an answer in a header, so that the caller can correct their tags."""
    if context().settings.compat_keep:
        ids = [str(one.row["id"]) if one.row is not None else NO_IMAGE for one in outcomes]
        response.headers[IMAGE_HEADER] = ", ".join(ids)
    return response


@contextmanager
def _place() -> Iterator[float]:
    """Reserve one of the places to wait; yield the deadline, as time.monotonic().

    Raises:
        Unavailable: there is none.
    """
    with context().room.place() as has_place:
        if not has_place:
            raise Unavailable("Too many requests wait already; try again later.")
        yield time.monotonic() + min(ANSWER_SECONDS, context().settings.max_wait_seconds)


def _tag(pictures: Sequence[Picture], deadline: float, made: list[UUID]) -> list[PictureOutcome]:
    outcomes: dict[int, PictureOutcome] = {}
    open_ones = list(range(len(pictures)))
    for _ in range(ATTEMPTS):
        taken = _take_in([pictures[n] for n in open_ones], made)
        gone: list[int] = []
        for n, image in zip(open_ones, taken, strict=True):
            outcome = image if isinstance(image, PictureOutcome) else _await(image, deadline)
            if outcome is None:
                gone.append(n)
            else:
                outcomes[n] = outcome
        if not gone:
            break
        open_ones = gone
    else:
        raise Unavailable("A picture was deleted while it was being tagged; send it again.")
    return [outcomes[n] for n in range(len(pictures))]


def _take_in(pictures: Sequence[Picture], made: list[UUID]) -> list[UUID | PictureOutcome]:
    """Return the image id of each picture, or why it was refused; add ids of new images."""
    # The caller waits for all of them.
    is_kept = context().settings.compat_keep
    intake = Intake(context(), is_awaited=True, is_transient=not is_kept)
    try:
        for picture in pictures:
            if isinstance(picture, bytes):
                intake.add_file(BytesIO(picture), None)
            elif isinstance(picture, PictureUrl):
                intake.add_url(picture.url)
        owner = caller_access().narrow(None) or ""
    except BaseException:
        intake.discard()
        raise
    known = intake.commit(UploadOptions.model_validate({"owner": owner}))
    made += [own for own, image_id in known.items() if own == image_id]
    offered = iter(intake.offered)
    taken: list[UUID | PictureOutcome] = []
    for picture in pictures:
        if isinstance(picture, TagloopError):
            taken.append(PictureOutcome(error=picture))
            continue
        one = next(offered)
        refused = one.refusal is not None
        taken.append(PictureOutcome(error=one.refusal) if refused else known[one.id])
    return taken


def _await(image_id: UUID, deadline: float) -> PictureOutcome | None:
    """Return the outcome of an image; None if it was deleted."""
    is_done = wait_until_done(image_id, deadline)
    with transaction(context().engine) as connection:
        row = find_image(connection, image_id, caller_access())
        if row is None:
            return None
        if row["status"] == "failed":
            kind = FetchFailed if row["sha256"] is None else DamagedPicture
            return PictureOutcome(error=kind(row["error"]))
        if not is_done or row["status"] != "tagged":
            raise Unavailable("No worker tagged the picture in time; send it again later.")
        index = context().vocabulary.get(connection)
        shown = tags_of_images(connection, [row["id"]], index)[row["id"]]
    return PictureOutcome(row, shown, labels_of(index.vocabulary, current_words(), shown))


def _delete(image_ids: Sequence[UUID]) -> None:
    if not image_ids:
        return
    with transaction(context().engine) as connection:
        gone = delete_transient(connection, image_ids)
    delete_files(context().engine, context().storage, file_keys(gone))
