"""Accept pictures: check and store each, insert rows in one transaction, then send a message."""

from dataclasses import dataclass, field
from typing import BinaryIO
from uuid import UUID

import structlog

from shared.db.connection.engine import transaction
from shared.db.events.events import promise_callback
from shared.db.images.file_deletions import note_deletions
from shared.db.images.images import NewImage, insert_new
from shared.db.images.merging import merge_said
from shared.db.images.transient import keep_images, mark_transient
from shared.errors import OriginUnavailable, PictureError, TagloopError, TooManyBytes, Unavailable
from shared.fetch import RESOLVE_SECONDS, check_url
from shared.messaging.celery_app import BULK, INTERACTIVE
from shared.observability.metrics import uploads
from shared.storage.deleting import delete_files, discard_files
from shared.storage.image_ids import new_image_id
from shared.storage.originals import Original, inspect_original
from shared.storage.storage import original_key
from shared.web import Context
from shared.web.uploads.filenames import clean_filename
from shared.web.uploads.options import UploadOptions

log = structlog.get_logger(__name__)


@dataclass
class Offered:
    """One picture of a request, and the outcome."""

    id: UUID
    filename: str | None = None
    url: str | None = None
    original: Original | None = None
    refusal: TagloopError | None = None


@dataclass
class Intake:
    """The pictures of one request.

    is_awaited: the caller waits for the tags of all of them, however many there are. is_transient:
    the caller deletes them afterwards. not_kept: hashtags and metadata that could not be added to a
    known image, by its id.
    """

    context: Context
    is_awaited: bool = False
    is_transient: bool = False
    offered: list[Offered] = field(default_factory=list)
    not_kept: dict[UUID, list[str]] = field(default_factory=dict)

    def add_file(self, content: BinaryIO, filename: str | None, complete: bool = True) -> None:
        """Check a file and store it; a refusal is kept for the response.

        Raises:
            StorageUnavailable: it can't be stored now.
        """
        picture = Offered(new_image_id(), clean_filename(filename))
        self.offered.append(picture)
        settings = self.context.settings
        try:
            if not complete:
                raise TooManyBytes(
                    f"The file has more than {settings.max_image_bytes:,} bytes, the "
                    "most that this server accepts."
                )
            picture.original = inspect_original(content, settings)
        except PictureError as error:
            picture.refusal = error
            return
        self.context.storage.put(original_key(picture.id), content)

    def add_url(self, url: str) -> None:
        """Check a URL, which a worker will fetch; a refusal is kept for the response."""
        picture = Offered(new_image_id(), url=url)
        self.offered.append(picture)
        hosts = self.context.settings.fetch_allowed_hosts
        with self.context.room.place() as has_place:
            try:
                check_url(url, hosts, RESOLVE_SECONDS if has_place else 0)
            except OriginUnavailable as error:
                # If too many requests wait for DNS already, the worker checks it later.
                picture.refusal = error if has_place else None
            except TagloopError as error:
                picture.refusal = error

    def commit(self, options: UploadOptions) -> dict[UUID, UUID]:
        """Insert the accepted pictures and announce them.

        Returns the image id of each accepted picture; it differs from the picture's own id if this
        owner has sent the same bytes before.

        Raises:
            Unavailable: Postgres does not answer. Nothing was accepted.
        """
        accepted = [picture for picture in self.offered if picture.refusal is None]
        queue = INTERACTIVE if self.is_awaited or len(accepted) == 1 else BULK
        known = self._insert(accepted, options, queue) if accepted else {}
        new = [picture for picture in accepted if known[picture.id] == picture.id]
        self._announce(queue, new)
        copies = [p for p in accepted if known[p.id] != p.id]
        delete_files(self.context.engine, self.context.storage, _keys(copies))
        if accepted:
            log.info(
                "images accepted",
                images=[str(known[picture.id]) for picture in accepted],
                new=len(new),
                queue=queue,
            )
        self._count("accepted", len(new))
        self._count("known", len(copies))
        self._count("refused", len(self.offered) - len(accepted))
        return known

    def discard(self) -> None:
        """Delete the files that were stored for a request that fails as a whole."""
        discard_files(self.context.engine, self.context.storage, _keys(self.offered))

    def _insert(
        self, accepted: list[Offered], options: UploadOptions, queue: str
    ) -> dict[UUID, UUID]:
        try:
            with transaction(self.context.engine) as connection:
                rows = [_new_image(picture, options, queue) for picture in accepted]
                known = insert_new(connection, rows)
                copies = [picture for picture in accepted if known[picture.id] != picture.id]
                note_deletions(connection, _keys(copies))
                if self.is_transient:
                    new = [picture.id for picture in accepted if known[picture.id] == picture.id]
                    mark_transient(connection, new)
                else:
                    keep_images(connection, {known[picture.id] for picture in copies})
                for image_id in sorted({known[picture.id] for picture in copies}):
                    self.not_kept[image_id] = merge_said(
                        connection,
                        image_id,
                        options.hashtags,
                        options.metadata,
                        learn=options.learn,
                    )
                if options.callback_url is not None:
                    for picture_id in sorted({known[picture.id] for picture in copies}):
                        promise_callback(connection, picture_id, options.callback_url)
        except Unavailable:
            # The commit may have succeeded, and a row without its file is worse than a file without
            # a row.
            self.context.unsettled.add(_keys(accepted))
            raise
        except BaseException:
            self.discard()
            raise
        return known

    def _announce(self, queue: str, pictures: list[Offered]) -> None:
        uploaded = [picture.id for picture in pictures if picture.url is None]
        if uploaded:
            self.context.relay.announce(queue, uploaded)
        if len(uploaded) < len(pictures):
            self.context.relay.announce_urls()

    def _count(self, outcome: str, pictures: int) -> None:
        source = "url" if any(picture.url for picture in self.offered) else "upload"
        if pictures:
            uploads.labels(source, outcome).inc(pictures)


def _keys(pictures: list[Offered]) -> list[str]:
    """Return the storage keys of those pictures that have a file."""
    return [original_key(picture.id) for picture in pictures if picture.original is not None]


def _new_image(picture: Offered, options: UploadOptions, queue: str) -> NewImage:
    return NewImage(
        id=picture.id,
        owner=options.owner,
        queue=queue,
        source_url=picture.url,
        filename=picture.filename,
        hashtags=options.hashtags,
        metadata=options.metadata,
        learn=options.learn,
        callback_url=options.callback_url,
        **(vars(picture.original) if picture.original else {}),
    )
