"""`tagloop xmp write`: the server's tags into the XMP of pictures."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from threading import Event

from tagloop.bulk.batches import HashedFile, hash_files
from tagloop.bulk.patience import patiently
from tagloop.bulk.walk import find_pictures
from tagloop.client.client import Client
from tagloop.client.documents import TAGGED
from tagloop.client.errors import Refused
from tagloop.evaluation.tag_index import TagIndex
from tagloop.exchange.xmp.files import XmpFile, XmpFiles
from tagloop.exchange.xmp.packets.editing import put_words
from tagloop.exchange.xmp.packets.packet import UnusableXmp
from tagloop.exchange.xmp.packets.reading import items_of, memory_of
from tagloop.exchange.xmp.packets.words import Memory, XmpWord, find_changes
from tagloop.exchange.xmp.report import XmpReport
from tagloop.exchange.xmp.tagged import words_of

# Digests in one question about what the server has.
FILES_PER_QUESTION = 256
WRITTEN, PLANNED, UNCHANGED = "written", "would be written", "unchanged"
ABSENT = "not in Tagloop (add them with `tagloop add`)"
QUEUED = "not tagged yet"


class Writer:
    """Writes tags into files.

    precision: only tags that are right at least this often. is_edited: also write where the picture
    was changed since the last time.
    """

    def __init__(
        self,
        client: Client,
        report: XmpReport,
        files: XmpFiles,
        *,
        precision: float,
        is_edited: bool,
    ) -> None:
        self._client = client
        self._report = report
        self._files = files
        self._precision = precision
        self._is_edited = is_edited
        self._index = TagIndex(client.tags())

    def write(self, folders: Sequence[str], owner: str) -> bool:
        """Write all pictures in the folders; return whether there was no problem."""
        hashed = hash_files(find_pictures(folders, self._report.skip), self._report.skip)
        while group := list(islice(hashed, FILES_PER_QUESTION)):
            for file, image in self._known(group, owner):
                self._write_picture(file, image)
        return self._report.summarise(WRITTEN, PLANNED, UNCHANGED, ABSENT, QUEUED)

    def _known(self, group: Sequence[HashedFile], owner: str) -> Iterator[tuple[HashedFile, str]]:
        """Yield the files whose image the server has, with its id.

        A picture whose bytes changed when its XMP was embedded is known by its former digest.
        """
        known = self._ask(owner, [file.sha256 for file in group])
        missing = [file for file in group if file.sha256 not in known]
        former = {file.path: self._former_digest(Path(file.path)) for file in missing}
        known |= self._ask(owner, [digest for digest in former.values() if digest])
        for file in group:
            digest = former.get(file.path) or file.sha256
            if digest in known:
                yield HashedFile(file.path, file.size, digest), known[digest]
            else:
                self._report.count(ABSENT)

    def _ask(self, owner: str, digests: list[str]) -> dict[str, str]:
        if not digests:
            return {}
        return patiently(partial(self._client.known, owner, digests), Event())

    def _former_digest(self, picture: Path) -> str:
        if not self._files.is_embedded:
            return ""
        memories = (memory_of(file.packet) for file in self._files.of(picture))
        return next((memory.sha256 for memory in memories if memory), "")

    def _write_picture(self, file: HashedFile, image_id: str) -> None:
        ask = partial(self._client.image, image_id, precision=self._precision)
        try:
            image = patiently(ask, Event())
        except Refused as error:
            self._report.problem(Path(file.path), str(error).rstrip("."))
            return
        if image.status != TAGGED:
            self._report.count(QUEUED)
            return
        for target in self._files.to_write(Path(file.path)):
            try:
                self._write_file(target, file.sha256, words_of(image.tags))
            except UnusableXmp as error:
                self._report.problem(target.path, str(error))

    def _write_file(self, target: XmpFile, sha256: str, words: list[XmpWord]) -> None:
        memory = memory_of(target.packet)
        if memory:
            self._check(memory, target, sha256)
        elif not words:
            self._report.count(UNCHANGED)
            return
        new = put_words(target.packet, sha256, words)
        if new.data == target.packet.data:
            self._report.count(UNCHANGED)
            return
        former = {word.name for word in memory.words} if memory else set()
        names = [word.name for word in words]
        added = [name for name in names if name not in former]
        self._report.change(target.path, added, sorted(former.difference(names)))
        if self._report.is_dry_run:
            self._report.count(PLANNED)
            return
        target.replace(new)
        self._report.count(WRITTEN)

    def _check(self, memory: Memory, target: XmpFile, sha256: str) -> None:
        """Raise UnusableXmp if writing would mix up pictures, or undo what people removed."""
        if memory.sha256 != sha256 and not self._is_edited:
            raise UnusableXmp(
                "it was written for a picture with other bytes; add --edited if the picture was "
                "only edited since"
            )
        implied_by = {word.slug: self._index.with_ancestors(word.slug) for word in memory.words}
        if removed := find_changes(memory, items_of(target.packet), implied_by).removed:
            raise UnusableXmp(
                f"{', '.join(removed)} was removed from it; run `tagloop xmp read` first"
            )
