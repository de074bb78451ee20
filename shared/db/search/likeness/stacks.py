"""Stacks: groups of images in which each is a near-duplicate of every other.

An image that arrives joins the stack of which it resembles every image (complete linkage), so no
chain of small changes ends in a stack of different pictures.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Select, delete, func, insert, select, text

from shared.db.schema import fingerprints, stack_members, unstacked
from shared.db.search.likeness.fingerprints import find_near_duplicates


@dataclass(frozen=True)
class Stack:
    """A stack of at least two images. is_burst: some are different pictures of one moment."""

    id: UUID
    members: tuple[UUID, ...]
    is_burst: bool


@dataclass
class _Stacking:
    """Stacks while images join them. members: by stack; stack_of: by image."""

    members: dict[UUID, set[UUID]]
    stack_of: dict[UUID, UUID]

    def best_for(self, near: Mapping[UUID, bool]) -> UUID | None:
        """Return the largest stack whose images are all near; else an image, to begin one with."""
        around = {self.stack_of[image] for image in near if image in self.stack_of}
        fitting = [stack for stack in around if self.members[stack] <= near.keys()]
        if fitting:
            return max(fitting, key=lambda stack: (len(self.members[stack]), stack))
        alone = [image for image in near if image not in self.stack_of]
        return max(alone, key=lambda image: (near[image], image), default=None)


def stack_next(connection: Connection, limit: int) -> int:
    """Look for the near-duplicates of the next images and stack them; return how many images.

    Only one process may do this at a time.
    """
    ids = _hold(
        connection,
        select(unstacked.c.image_id)
        .join(fingerprints, fingerprints.c.image_id == unstacked.c.image_id)
        .order_by(unstacked.c.image_id)
        .limit(limit),
    )
    if not ids:
        return 0
    found = find_near_duplicates(connection, ids)
    others = {other for others in found.values() for other in others}
    resembled = select(fingerprints.c.image_id).where(fingerprints.c.image_id.in_(others))
    kept = set(_hold(connection, resembled))
    near = {
        image: {other: same for other, same in found.get(image, {}).items() if other in kept}
        for image in ids
    }
    stacking = _read_stacking(connection, kept.union(ids))
    joined = []
    waiting = set(ids)
    for image in ids:
        waiting.discard(image)
        # Images behind this one in the batch will see it when it is their turn.
        earlier = {other: same for other, same in near[image].items() if other not in waiting}
        best = stacking.best_for(earlier)
        # An earlier image may have taken this one into its stack.
        if best is None or image in stacking.stack_of:
            continue
        if best not in stacking.members:
            # An image alone: its stack is named after it.
            stacking.members[best] = {best}
            stacking.stack_of[best] = best
            joined.append({"image_id": best, "stack_id": best, "is_burst": False})
        is_burst = not all(earlier[member] for member in stacking.members[best])
        stacking.members[best].add(image)
        stacking.stack_of[image] = best
        joined.append({"image_id": image, "stack_id": best, "is_burst": is_burst})
    if joined:
        connection.execute(insert(stack_members), joined)
    connection.execute(delete(unstacked).where(unstacked.c.image_id.in_(ids)))
    return len(ids)


def find_stacks(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Stack]:
    """Return the stacks of those images that are in one, by image; members newest first."""
    mine, all_of_it = stack_members.alias(), stack_members.alias()
    rows = connection.execute(
        select(
            all_of_it.c.stack_id,
            func.array_agg(all_of_it.c.image_id).label("members"),
            func.bool_or(all_of_it.c.is_burst).label("is_burst"),
        )
        .where(all_of_it.c.stack_id.in_(select(mine.c.stack_id).where(mine.c.image_id.in_(ids))))
        .group_by(all_of_it.c.stack_id)
        .having(func.count() > 1)
    )
    stacks = [
        Stack(row.stack_id, tuple(sorted(row.members, reverse=True)), row.is_burst) for row in rows
    ]
    return {member: stack for stack in stacks for member in stack.members}


def _hold(connection: Connection, query: Select[UUID]) -> Sequence[UUID]:
    """Return the images of a query on fingerprints that can be kept from being deleted until the
    transaction ends.

    A deletion locks the fingerprint and then the rows that refer to it. Here nothing waits for a
    lock, so the two cannot wait for each other; an image that is being deleted is left out.
    """
    held = query.with_for_update(read=True, key_share=True, skip_locked=True, of=fingerprints)
    return connection.scalars(held).all()


def _read_stacking(connection: Connection, images: set[UUID]) -> _Stacking:
    """Return the stacks that hold some of these images."""
    rows = connection.execute(
        text("""
            SELECT stack_id, image_id FROM stack_members WHERE stack_id IN (
                SELECT stack_id FROM stack_members WHERE image_id = ANY(CAST(:ids AS uuid[]))
            )
        """),
        {"ids": list(images)},
    )
    members: dict[UUID, set[UUID]] = defaultdict(set)
    for stack_id, image_id in rows:
        members[stack_id].add(image_id)
    return _Stacking(
        dict(members), {image: stack for stack, images in members.items() for image in images}
    )
