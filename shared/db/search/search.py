"""What a search asks for, and the part of it that is a range of rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists

from shared.db.owners.access import Access
from shared.db.schema import images
from shared.db.search.wanted import ANYTHING, Qualities, Wanted, needs_tag
from shared.storage.image_ids import first_id_of

QUEUED, TAGGED, FAILED = "queued", "tagged", "failed"
STATUSES = frozenset({QUEUED, TAGGED, FAILED})


@dataclass(frozen=True)
class Search:
    """Which images are looked for. Empty and None: all.

    after, before: when they arrived; the first moment counts, the second does not. newer_than:
    only images that arrived after this one. among: only these images.
    """

    access: Access
    wanted: Wanted = ANYTHING
    qualities: Qualities = field(default_factory=Qualities)
    owners: frozenset[str] = frozenset()
    without_owners: frozenset[str] = frozenset()
    statuses: frozenset[str] = STATUSES
    after: datetime | None = None
    before: datetime | None = None
    newer_than: UUID | None = None
    among: frozenset[UUID] | None = None

    @property
    def is_indexed(self) -> bool:
        """Whether only images with tags can match: the others have no row in `image_search`."""
        return needs_tag(self.wanted) or self.qualities.matter


def range_of(
    search: Search, image_id: ColumnElement[UUID], owner: ColumnElement[str]
) -> list[ColumnElement[bool]]:
    """The conditions on owner and time, for a table that has both as columns."""
    conditions = [search.access.allows(owner)]
    if search.owners:
        # Of a single one, an index has the images in their order.
        names = sorted(search.owners)
        conditions.append(owner == names[0] if len(names) == 1 else owner.in_(names))
    if search.without_owners:
        conditions.append(owner.not_in(sorted(search.without_owners)))
    if search.among is not None:
        conditions.append(image_id.in_(search.among))
    return conditions + time_of(search, image_id)


def time_of(search: Search, image_id: ColumnElement[UUID]) -> list[ColumnElement[bool]]:
    """The conditions on time, for any table of images."""
    conditions: list[ColumnElement[bool]] = []
    if search.after is not None:
        conditions.append(image_id >= first_id_of(search.after))
    if search.before is not None:
        conditions.append(image_id < first_id_of(search.before))
    if search.newer_than is not None:
        conditions.append(image_id > search.newer_than)
    return conditions


def status_of(search: Search, image_id: ColumnElement[UUID]) -> list[ColumnElement[bool]]:
    """The condition on the status, for a table of images that have tags."""
    if search.statuses == STATUSES:
        return []
    # Nearly all of these are tagged, and few images are anything else.
    if TAGGED in search.statuses:
        others = sorted(STATUSES - search.statuses)
        return [~exists().where(images.c.id == image_id, images.c.status.in_(others))]
    return [exists().where(images.c.id == image_id, images.c.status.in_(sorted(search.statuses)))]
