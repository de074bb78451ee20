"""Corrections become rows, and images are decided anew: in one transaction for one request."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from services.feedback.corrections.reading import Entry, refuse_unknown
from shared.api.event_types import IMAGE_CORRECTED
from shared.db.corrections.batches import (
    find_batch,
    find_batch_images,
    find_former_words,
    insert_batch,
)
from shared.db.corrections.contributors import ensure_contributor
from shared.db.corrections.corrections import NewCorrection, Verdict, insert_corrections
from shared.db.corrections.decisions import lock_images, redecide
from shared.db.events.events import report_images
from shared.db.owners.access import Access
from shared.db.tags.tags import insert_custom_tags
from shared.errors import NotFound
from shared.model.vocabulary_index import VocabularyIndex
from shared.observability import metrics

# What receivers of an event are told at most of one image: a message has to stay small.
MAX_REPORTED = 50


@dataclass(frozen=True)
class RecordedCorrections:
    """A correction that has a row: of the image itself, where the one named was a copy."""

    id: int
    image_id: UUID
    tag_id: int
    slug: str
    verdict: Verdict
    batch_id: UUID


@dataclass(frozen=True)
class UndoneBatch:
    """The undoing of a request: a batch of its own."""

    batch_id: UUID
    corrections: list[RecordedCorrections]


Outcome = list[RecordedCorrections] | NotFound


def record(
    connection: Connection,
    words: VocabularyIndex,
    user: str,
    entries: Sequence[Entry],
    *,
    custom_tags: bool,
    access: Access,
) -> list[Outcome]:
    """Write down what a user says; return for each entry its corrections, or why it has none.

    What can be written is, whatever is wrong with other entries. The order of locks is the same
    for all requests: images, contributor, tags. custom_tags: whether new tags may be made. access:
    images that the caller may not touch are not there.
    """
    originals = lock_images(connection, {entry.image_id for entry in entries}, access)
    problems = _find_problems(entries, originals, custom_tags)
    good = [entry for number, entry in enumerate(entries) if number not in problems]
    written = (
        _write(connection, words, user, good, originals=originals, access=access) if good else []
    )
    recorded = iter(written)
    return [
        problems[number] if number in problems else [next(recorded) for _ in entry.verdicts]
        for number, entry in enumerate(entries)
    ]


def count_corrections(recorded: Sequence[RecordedCorrections]) -> None:
    """Add corrections to the metrics, once their transaction is committed."""
    for correction in recorded:
        metrics.corrections.labels(correction.verdict).inc()


def _find_problems(
    entries: Sequence[Entry], originals: dict[UUID, UUID], custom_tags: bool
) -> dict[int, NotFound]:
    """What is wrong with entries, by their number."""
    problems = {
        number: NotFound(f"There is no image {str(entry.image_id)!r}.")
        for number, entry in enumerate(entries)
        if entry.image_id not in originals
    }
    # A tag that only refused entries make is not made, which may refuse others.
    while True:
        good = {number: e for number, e in enumerate(entries) if number not in problems}
        made = {slug for entry in good.values() for slug in entry.new()} if custom_tags else set()
        refused = {}
        for number, entry in good.items():
            try:
                refuse_unknown(entry, made, custom_tags)
            except NotFound as error:
                refused[number] = error
        if not refused:
            return problems
        problems |= refused


def _write(
    connection: Connection,
    words: VocabularyIndex,
    user: str,
    entries: Sequence[Entry],
    *,
    originals: dict[UUID, UUID],
    access: Access,
) -> list[RecordedCorrections]:
    """Write all corrections of entries without a problem, in their order."""
    ensure_contributor(connection, user)
    made = insert_custom_tags(
        connection, {slug: name for entry in entries for slug, name in entry.new().items()}
    )
    said = [
        (
            slug,
            NewCorrection(
                originals[entry.image_id],
                made[slug] if slug in made else words.id_of(slug),
                verdict,
            ),
        )
        for entry in entries
        for slug, verdict in entry.verdicts.items()
    ]
    return _store(connection, words, user, insert_batch(connection, user, access), said)


def undo_batch(
    connection: Connection, words: VocabularyIndex, batch_id: UUID, access: Access
) -> UndoneBatch | None:
    """Take back what one request said; None if the caller has made no such request.

    Each image and tag gets the contributor's former word back. What they said again since the
    request stands, and so does what was said of images that the caller may no longer see.

    Raises:
        Conflict: it is undone already.
    """
    batch = find_batch(connection, batch_id, access)
    if batch is None:
        return None
    originals = lock_images(connection, find_batch_images(connection, batch_id), access)
    undoing = insert_batch(connection, batch["contributor"], access, undoes=batch_id)
    said = find_former_words(connection, batch_id, list(originals.values()))
    recorded = _store(connection, words, batch["contributor"], undoing, said)
    return UndoneBatch(undoing, recorded)


def _store(
    connection: Connection,
    words: VocabularyIndex,
    user: str,
    batch_id: UUID,
    said: Sequence[tuple[str, NewCorrection]],
) -> list[RecordedCorrections]:
    """Insert corrections, each with the slug of its tag, and decide their images anew."""
    numbers = insert_corrections(connection, user, batch_id, [row for _, row in said])
    redecide(connection, words, {row.image_id for _, row in said})
    recorded = [
        RecordedCorrections(number, row.image_id, row.tag_id, slug, row.verdict, batch_id)
        for number, (slug, row) in zip(numbers, said, strict=True)
    ]
    _report(connection, user, recorded)
    return recorded


def _report(connection: Connection, user: str, recorded: Sequence[RecordedCorrections]) -> None:
    """One event for each image, whatever was said of it; a long list is cut short."""
    by_image: dict[UUID, list[RecordedCorrections]] = {}
    for correction in recorded:
        by_image.setdefault(correction.image_id, []).append(correction)
    data = {
        image_id: {
            "user": user,
            "count": len(said),
            "corrections": [
                {"tag": correction.slug, "verdict": correction.verdict}
                for correction in said[:MAX_REPORTED]
            ],
        }
        for image_id, said in by_image.items()
    }
    report_images(connection, IMAGE_CORRECTED, data.keys(), data)
