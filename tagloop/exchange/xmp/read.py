"""`tagloop xmp read`: what people changed in the XMP of pictures, as corrections."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from threading import Event

from shared.model.names.tag_names import clean_name
from tagloop.bulk.batches import hash_files
from tagloop.bulk.patience import patiently
from tagloop.bulk.walk import find_pictures
from tagloop.client.client import Client
from tagloop.client.errors import describe_problem
from tagloop.client.teaching_documents import Verdicts
from tagloop.evaluation.tag_index import TagIndex
from tagloop.exchange.xmp.files import XmpFile, XmpFiles
from tagloop.exchange.xmp.packets.editing import put_words
from tagloop.exchange.xmp.packets.packet import UnusableXmp
from tagloop.exchange.xmp.packets.reading import items_of, memory_of
from tagloop.exchange.xmp.packets.words import Memory, find_changes, folded
from tagloop.exchange.xmp.report import XmpReport

PICTURES_PER_REQUEST = 200
READ, PLANNED = "corrected", "would be corrected"
ABSENT = "no longer in Tagloop"
UNKNOWN = "new words are not tags (--new-words makes them tags)"


@dataclass(frozen=True, slots=True)
class Changed:
    """A picture whose words people changed. sha256: as Tagloop knows it.

    add, remove: names or slugs of tags; taken: words as they stand in the file, folded. files: its
    XMP, with what Tagloop remembers of each.
    """

    picture: Path
    sha256: str
    add: tuple[str, ...]
    remove: tuple[str, ...]
    taken: frozenset[str]
    files: tuple[tuple[XmpFile, Memory], ...]


class Reader:
    """Reads changes from files.

    user: the person whose corrections they become. has_new_words: words that are not tags become
    tags.
    """

    def __init__(
        self,
        client: Client,
        report: XmpReport,
        files: XmpFiles,
        *,
        user: str,
        has_new_words: bool,
        is_edited: bool,
    ) -> None:
        self._client = client
        self._report = report
        self._files = files
        self._user = user
        self._has_new_words = has_new_words
        self._is_edited = is_edited
        self._index = TagIndex(client.tags())
        self._unknown: set[str] = set()

    def read(self, folders: Sequence[str], owner: str) -> bool:
        """Read all pictures in the folders; return whether there was no problem."""
        pictures = map(Path, find_pictures(folders, self._report.skip))
        changed = (change for picture in pictures for change in self._changes_of(picture))
        while group := list(islice(changed, PICTURES_PER_REQUEST)):
            self._send(group, owner)
        self._report.count(UNKNOWN, len(self._unknown))
        return self._report.summarise(READ, PLANNED, ABSENT, UNKNOWN)

    def _changes_of(self, picture: Path) -> Iterator[Changed]:
        """Yield what changed in one picture's XMP, if anything."""
        remembered = [
            (file, memory)
            for file in self._files.of(picture)
            if (memory := self._memory_of(file)) is not None
        ]
        verdicts: dict[str, bool] = {}
        taken: set[str] = set()
        # Where several files contradict each other, the one that was written last counts.
        for file, memory in sorted(remembered, key=lambda pair: pair[0].modified):
            implied_by = {word.slug: self._index.with_ancestors(word.slug) for word in memory.words}
            changes = find_changes(memory, items_of(file.packet), implied_by)
            verdicts |= dict.fromkeys(changes.removed, False)
            for word in changes.added:
                if tag := self._tag_for(word, picture):
                    verdicts[tag] = True
                    taken.add(folded(word))
        if not verdicts:
            return
        sha256 = self._digest_of(picture, [memory for _, memory in remembered])
        if sha256:
            yield Changed(
                picture,
                sha256,
                tuple(tag for tag, is_there in verdicts.items() if is_there),
                tuple(tag for tag, is_there in verdicts.items() if not is_there),
                frozenset(taken),
                tuple(remembered),
            )

    def _memory_of(self, file: XmpFile) -> Memory | None:
        try:
            items_of(file.packet)
            return memory_of(file.packet)
        except UnusableXmp as error:
            self._report.problem(file.path, str(error))
            return None

    def _tag_for(self, word: str, picture: Path) -> str:
        """Return the tag that a new word means, or is to become; empty if there is none."""
        if slug := self._index.resolve(word):
            return slug
        if not self._has_new_words:
            self._unknown.add(folded(word))
            return ""
        try:
            return clean_name(word)
        except ValueError as error:
            self._report.problem(picture, str(error))
            return ""

    def _digest_of(self, picture: Path, memories: Sequence[Memory]) -> str:
        """Return the digest by which the server knows a picture; empty if it is doubtful."""
        written = memories[0].sha256
        if self._files.is_embedded:
            return written
        digest = next((f.sha256 for f in hash_files([str(picture)], self._report.skip)), "")
        if digest and not self._is_edited and any(m.sha256 != digest for m in memories):
            self._report.problem(
                picture,
                "its sidecar was written for a picture with other bytes; add --edited if the "
                "picture was only edited since",
            )
            return ""
        return digest

    def _send(self, group: Sequence[Changed], owner: str) -> None:
        digests = sorted({change.sha256 for change in group})
        known = patiently(partial(self._client.known, owner, digests), Event())
        found = [change for change in group if change.sha256 in known]
        self._report.count(ABSENT, len(group) - len(found))
        for change in found:
            self._report.change(change.picture, list(change.add), list(change.remove))
        if self._report.is_dry_run or not found:
            self._report.count(PLANNED, len(found))
            return
        verdicts = [Verdicts(known[c.sha256], add=c.add, remove=c.remove) for c in found]
        problems = patiently(partial(self._client.correct_many, verdicts, user=self._user), Event())
        for change, problem in zip(found, problems, strict=True):
            if problem is None:
                self._report.count(READ)
                self._remember(change)
            else:
                self._report.problem(change.picture, describe_problem(problem).rstrip("."))

    def _remember(self, change: Changed) -> None:
        """Note in the files what was read, so that it is not read again."""
        for file, memory in change.files:
            words = [word for word in memory.words if word.slug not in change.remove]
            try:
                new = put_words(file.packet, change.sha256, words, change.taken)
                file.replace(new)
            except UnusableXmp as error:
                self._report.problem(file.path, str(error))
