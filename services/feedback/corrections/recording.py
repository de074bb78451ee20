"""Store corrections and recompute the images' tags, in one transaction per request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import Connection

from services.feedback.corrections.names.flood import refuse_flood, refuse_overfull
from services.feedback.corrections.names.naming import Naming, find_names
from services.feedback.corrections.reading import Entry
from shared.config import Settings
from shared.db.corrections.batches import (
    find_batch,
    find_batch_images,
    find_former_verdicts,
    insert_batch,
)
from shared.db.corrections.contributors import ensure_contributor
from shared.db.corrections.corrections import NewCorrection, Verdict, insert_corrections
from shared.db.corrections.decisions import lock_images, redecide
from shared.db.events.event_types import IMAGE_CORRECTED
from shared.db.events.events import report_images
from shared.db.images.images import find_owners
from shared.db.owners.access import Access
from shared.db.tags.custom.making import insert_custom_tags
from shared.db.tags.known_tag import KnownTag
from shared.errors import TagloopError
from shared.model.vocabulary_index import VocabularyIndex
from shared.observability import metrics

# Corrections in one event: a message has to stay small.
MAX_REPORTED = 50


@dataclass(frozen=True)
class RecordedCorrections:
    """A stored correction. For a copy, the image is the original.

    said: the name in the request, if it is a variant of the tag's name.
    """

    id: int
    image_id: UUID
    tag_id: int
    slug: str
    verdict: Verdict
    batch_id: UUID
    said: str | None = None


@dataclass(frozen=True)
class UndoneBatch:
    """The undoing of a request, which is a batch too."""

    batch_id: UUID
    corrections: list[RecordedCorrections]


Outcome = list[RecordedCorrections] | TagloopError


def record_verdicts(
    connection: Connection,
    index: VocabularyIndex,
    user: str,
    entries: Sequence[Entry],
    *,
    settings: Settings,
    access: Access,
    key_id: int | None,
) -> list[Outcome]:
    """Store a user's verdicts; return for each entry its corrections, or why it was refused.

    An invalid entry does not affect the others. All requests take locks in the same order: images,
    tags, contributor, new tags. access: images that the caller may not change count as missing.
    key_id: the caller's; None: keys are turned off.

    Raises:
        Conflict: the request would create too many tags.
        TooManyRequests: the key has reached its daily limit of new tags.
    """
    originals = lock_images(connection, {entry.image_id for entry in entries}, access)
    maker = None if settings.shared_tags else access.owner
    names = find_names(
        connection,
        index,
        entries,
        find_owners(connection, originals.keys()),
        maker=maker,
        may_make=settings.custom_tags,
    )
    about = {
        number: originals[entry.image_id]
        for number, entry in enumerate(entries)
        if number not in names.problems
    }
    refuse_overfull(connection, names, about, settings)
    new = list(names.new_tags().values())
    refuse_flood(connection, [tag.slug for tag in new], settings, maker=maker, key_id=key_id)
    good = {number: names.entries[number] for number in about if number not in names.problems}
    recorded: dict[int, list[RecordedCorrections]] = {}
    if good:
        ensure_contributor(connection, user)
        made = insert_custom_tags(connection, new, key_id)
        batch_id = insert_batch(connection, user, access)
        recorded = _write(connection, index, user, good, batch_id=batch_id, images=about, made=made)
    return [
        names.problems[number] if number in names.problems else recorded[number]
        for number in range(len(entries))
    ]


def count_corrections(recorded: Sequence[RecordedCorrections]) -> None:
    """Add corrections to the metrics, after their transaction is committed."""
    for correction in recorded:
        metrics.corrections.labels(correction.verdict).inc()


def _write(
    connection: Connection,
    index: VocabularyIndex,
    user: str,
    entries: Mapping[int, Sequence[Naming]],
    *,
    batch_id: UUID,
    images: Mapping[int, UUID],
    made: Mapping[str, KnownTag],
) -> dict[int, list[RecordedCorrections]]:
    """Store all corrections of valid entries, in order; return them by entry.

    images: the image of each entry. made: new tags by slug.
    """
    said = [
        (number, naming, made[naming.tag.slug] if naming.is_new else naming.tag)
        for number, namings in entries.items()
        for naming in namings
    ]
    rows = [
        (tag.slug, NewCorrection(images[number], tag.id, naming.verdict))
        for number, naming, tag in said
    ]
    recorded: dict[int, list[RecordedCorrections]] = {number: [] for number in entries}
    for one, (number, naming, _) in zip(
        _store(connection, index, user, batch_id, rows), said, strict=True
    ):
        recorded[number].append(replace(one, said=naming.said))
    return recorded


def undo_batch(
    connection: Connection, index: VocabularyIndex, batch_id: UUID, access: Access
) -> UndoneBatch | None:
    """Undo a request; return None if the caller has made no such request.

    Each image and tag gets the contributor's previous verdict back. Later verdicts stay, and so do
    verdicts on images that the caller may no longer see.

    Raises:
        Conflict: it has been undone already.
    """
    batch = find_batch(connection, batch_id, access)
    if batch is None:
        return None
    originals = lock_images(connection, find_batch_images(connection, batch_id), access)
    undoing = insert_batch(connection, batch["contributor"], access, undoes=batch_id)
    said = find_former_verdicts(connection, batch_id, list(originals.values()))
    recorded = _store(connection, index, batch["contributor"], undoing, said)
    return UndoneBatch(undoing, recorded)


def _store(
    connection: Connection,
    index: VocabularyIndex,
    user: str,
    batch_id: UUID,
    said: Sequence[tuple[str, NewCorrection]],
) -> list[RecordedCorrections]:
    """Insert corrections, each with the slug of its tag, and recompute their images' tags."""
    numbers = insert_corrections(connection, user, batch_id, [row for _, row in said])
    redecide(connection, index, {row.image_id for _, row in said})
    recorded = [
        RecordedCorrections(number, row.image_id, row.tag_id, slug, row.verdict, batch_id)
        for number, (slug, row) in zip(numbers, said, strict=True)
    ]
    _report(connection, user, recorded)
    return recorded


def _report(connection: Connection, user: str, recorded: Sequence[RecordedCorrections]) -> None:
    """Queue one event per image, with a long list of corrections cut short."""
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
