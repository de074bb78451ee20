"""The live head, cached by every process that scores embeddings."""

import threading
import time
from dataclasses import replace

import structlog
from safetensors import SafetensorError
from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.models.models import LiveModel, find_live_model
from shared.db.tags.custom.edits import last_edit
from shared.db.tags.lookup import find_custom_tags
from shared.errors import BlobMissing, StorageUnavailable, Unavailable
from shared.model.head import Head
from shared.model.scorer import Scorer
from shared.model.vocabulary_index import read_vocabulary_index
from shared.storage.storage import Storage

# Every process sees a promotion within this time.
REFRESH_SECONDS = 0.2
# An unreadable file is read again after this time.
RETRY_SECONDS = 5.0
# How often a process checks that the file of its version is still there, and whole.
LOOK_SECONDS = 10.0

log = structlog.get_logger(__name__)


class LiveScorer:
    """The scorer of the live version; follows promotions. Thread-safe."""

    def __init__(
        self, engine: Engine, storage: Storage, hold: frozenset[str] = frozenset()
    ) -> None:
        """hold: names of tags that are not shown before a person confirms them."""
        self._hold = hold
        self._engine = engine
        self._storage = storage
        self._lock = threading.Lock()
        self._scorer: Scorer | None = None
        self._edits = 0
        self._checked_at = 0.0
        self._unreadable: LiveModel | None = None
        self._retry_at = 0.0
        # Bytes of the file that was read.
        self._size = 0
        self._looked_at: float | None = None
        self._problem: str | None = None

    def get(self) -> Scorer:
        """Return the scorer of the live version, at most 0.2 seconds old.

        Raises:
            Unavailable: there is no version yet, or Postgres does not answer.
        """
        with self._lock:
            if self._scorer is None or time.monotonic() - self._checked_at > REFRESH_SECONDS:
                self._scorer = self._refresh()
                self._checked_at = time.monotonic()
            return self._scorer

    def look_again(self) -> Scorer:
        """Return the scorer of the live version, read now.

        Raises:
            Unavailable: Postgres does not answer.
        """
        with self._lock:
            self._checked_at = 0.0
        return self.get()

    def problem(self) -> str | None:
        """Return what is wrong with the file of the live version; None if it is readable.

        A process that has a version in memory keeps using it; a new process could not start.

        Raises:
            Unavailable: no version can be used at all, or Postgres does not answer.
        """
        model = self.get().model
        if self._unreadable is not None:
            return (
                f"The file {self._unreadable.blob} of the live version {self._unreadable.version} "
                f"cannot be read; version {model.version} is used meanwhile. Put the file back "
                "from a backup, or promote another version."
            )
        now = time.monotonic()
        if self._looked_at is None or now - self._looked_at > LOOK_SECONDS:
            self._looked_at = now
            wrong = self._look(model)
            self._problem = wrong and (
                f"The file {model.blob} of the live version {model.version} cannot be read "
                f"({wrong}); it is used from memory meanwhile. Put the file back from a "
                "backup, or promote another version."
            )
        return self._problem

    def _look(self, model: LiveModel) -> str | None:
        """Return what is wrong with the file that was read; None if it is there, and as long."""
        try:
            size = self._storage.open(model.blob).size
        except (BlobMissing, StorageUnavailable) as error:
            return str(error).rstrip(".")
        return None if size == self._size else f"it has {size:,} bytes instead of {self._size:,}"

    def _read_head(self, model: LiveModel) -> Head:
        """Read the head of a version.

        Raises:
            Unavailable: its file is missing or damaged, or the storage does not answer.
        """
        try:
            data = bytes(self._storage.get(model.blob))
            head = Head.from_bytes(data)
        except (BlobMissing, StorageUnavailable, SafetensorError, KeyError, ValueError) as error:
            reason = str(error).rstrip(".")
            raise Unavailable(
                f"The file {model.blob} of the live version {model.version} cannot be read: "
                f"{reason}. Put it back from a backup, or promote another version."
            ) from error
        self._size = len(data)
        return head

    def _refresh(self) -> Scorer:
        known = self._scorer
        with transaction(self._engine) as connection:
            model = find_live_model(connection)
            edits = last_edit(connection)
        if model is None:
            raise Unavailable("There is no model yet: start a worker, which makes the first one.")
        is_known = known is not None and known.model == model
        if known is not None and is_known and self._edits == edits:
            return known
        if known is not None and is_known:
            # Only names or owners of tags have changed.
            head = replace(known.head, learned_tags=known.all_learned())
        elif known is not None and model == self._unreadable and time.monotonic() < self._retry_at:
            return known
        else:
            try:
                head = self._read_head(model)
            except Unavailable as error:
                if known is None:
                    raise
                # Tagging continues with the last readable version.
                log.error("the live version cannot be read", reason=str(error))
                self._unreadable, self._retry_at = model, time.monotonic() + RETRY_SECONDS
                return known
        self._unreadable = None
        with transaction(self._engine) as connection:
            index = read_vocabulary_index(connection, model.backbone_id)
            learned = [*head.learned_tags.tag_ids.tolist(), *head.pretrained.tag_ids.tolist()]
            if head.text is not None:
                learned += head.text.named_ids.tolist()
            custom = find_custom_tags(connection, learned)
        self._edits = edits
        return Scorer.of(model, head, index, custom, self._hold)
