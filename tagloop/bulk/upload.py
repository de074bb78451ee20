"""Send files: one thread finds and hashes them, several send them, and one watches for tags."""

import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack

from tagloop.bulk.batches import (
    MAX_BYTES,
    MAX_DIGESTS,
    MAX_FILES,
    MAX_HASHED_BYTES,
    HashedFile,
    by_size,
    hash_files,
)
from tagloop.bulk.crew import Crew
from tagloop.bulk.events import Event, Outcome
from tagloop.bulk.patience import patiently
from tagloop.bulk.walk import Skip
from tagloop.bulk.watch import WaitingPicture, Watch
from tagloop.client.client import Client
from tagloop.client.documents import TAGGED, Receipt, Refusal
from tagloop.client.errors import FileUnusable
from tagloop.client.multipart import OpenFile, open_file

SENDERS = 3
# The queues are short, so that a million files are not found and hashed far ahead of sending.
BATCHES_AHEAD = 4
EVENT_LISTS_AHEAD = 64

Find = Callable[[Skip], Iterable[str]]


class Upload:
    """One run of sending files; memory stays flat, however many there are.

    wait: continue until the pictures are tagged. ask_about_known: also watch pictures that the
    server already had, so that every picture gets a TAGGED or FAILED event.
    """

    def __init__(
        self, client: Client, owner: str, *, wait: bool, ask_about_known: bool = False
    ) -> None:
        self._client = client
        self._owner = owner
        self._wait = wait
        self._ask_about_known = ask_about_known
        self._batches: queue.Queue[list[HashedFile] | None] = queue.Queue(BATCHES_AHEAD)
        self._events: queue.Queue[list[Event] | Exception | None] = queue.Queue(EVENT_LISTS_AHEAD)
        self._crew = Crew(self._events.put)
        self._watch = Watch(client, self._crew.stop)

    def events(self, find: Find) -> Generator[Event]:
        """Send the files that `find` yields; yield what happens, as it happens.

        Closing the iterator ends the run after the requests in progress. Raises NoAnswer or
        ServerFailed if the server does not answer for a minute, Refused if it refuses a whole
        request.
        """
        all_sent = threading.Event()
        try:
            senders = [self._crew.start(self._send) for _ in range(SENDERS)]
            self._crew.start(lambda: self._find(find, senders, all_sent))
            self._crew.start(lambda: self._follow(all_sent))
            while (item := self._events.get()) is not None:
                if isinstance(item, Exception):
                    raise item
                yield from item
        finally:
            self._crew.end()

    def _find(self, find: Find, senders: list[threading.Thread], all_sent: threading.Event) -> None:
        files = hash_files(find(self._tell_one), self._tell_one)
        for group in by_size(files, MAX_DIGESTS, MAX_HASHED_BYTES):
            for batch in by_size(self._without_known(group), MAX_FILES, MAX_BYTES):
                self._crew.put(self._batches, batch)
        for _ in senders:
            self._crew.put(self._batches, None)
        for sender in senders:
            sender.join()
        all_sent.set()

    def _without_known(self, group: list[HashedFile]) -> list[HashedFile]:
        digests = [file.sha256 for file in group]
        known = patiently(lambda: self._client.known(self._owner, digests), self._crew.stop)
        there = [file for file in group if file.sha256 in known]
        if there:
            self._tell([Event(Outcome.KNOWN, file.path) for file in there])
            if self._ask_about_known:
                self._watch.add([WaitingPicture(known[file.sha256], file.path) for file in there])
        return [file for file in group if file.sha256 not in known]

    def _send(self) -> None:
        while (batch := self._crew.get(self._batches)) is not None:
            with ExitStack() as opened:
                files = list(self._opened(batch, opened))
                while files:
                    try:
                        answers = self._upload(files)
                    except FileUnusable as unusable:
                        self._tell_unusable(unusable)
                        files = [file for file in files if file.path != unusable.path]
                    else:
                        self._tell_answers(files, answers)
                        break

    def _opened(self, batch: list[HashedFile], opened: ExitStack) -> Iterator[OpenFile]:
        for hashed in batch:
            try:
                file = open_file(hashed.path)
            except FileUnusable as unusable:
                self._tell_unusable(unusable)
            else:
                opened.enter_context(file.handle)
                yield file

    def _upload(self, files: list[OpenFile]) -> list[Receipt | Refusal]:
        return patiently(lambda: self._client.upload(files, owner=self._owner), self._crew.stop)

    def _follow(self, all_sent: threading.Event) -> None:
        for events in self._watch.outcomes(all_sent):
            self._tell(events)
        self._crew.put(self._events, None)

    def _tell_answers(self, files: list[OpenFile], answers: list[Receipt | Refusal]) -> None:
        events = []
        waiting = []
        for file, answer in zip(files, answers, strict=True):
            if isinstance(answer, Refusal):
                events.append(Event(Outcome.REFUSED, file.path, answer.kind))
            elif answer.status == TAGGED and not self._ask_about_known:
                # A picture with the same bytes was sent shortly before.
                events.append(Event(Outcome.KNOWN, file.path))
            else:
                events.append(Event(Outcome.SENT, file.path))
                waiting.append(WaitingPicture(answer.id, file.path))
        self._tell(events)
        if self._wait:
            self._watch.add(waiting)

    def _tell_unusable(self, unusable: FileUnusable) -> None:
        self._tell_one(Event(Outcome.UNREADABLE, unusable.path, unusable.reason))

    def _tell_one(self, event: Event) -> None:
        self._tell([event])

    def _tell(self, events: list[Event]) -> None:
        if events:
            self._crew.put(self._events, events)
