"""Show near-duplicates in lists only once, as the first image of their stack."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from shared.db.search.likeness.stacks import Stack, find_stacks

# A page may be shorter than requested rather than take long.
MAX_ROUNDS = 5


@dataclass(frozen=True)
class ListPage:
    """A page of a list. next: cursor of the next page. total: only on the first page, if at all."""

    ids: Sequence[UUID]
    next: str | None
    total: int | None = None


@dataclass
class StackedPage:
    """A page on which each stack appears once. stacks: by image."""

    ids: list[UUID] = field(default_factory=list)
    stacks: dict[UUID, Stack] = field(default_factory=dict)
    next: str | None = None
    total: int | None = None

    def add_stacks(self, documents: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return documents of images with their stacks."""
        return [
            {**document, "stack": _describe(self.stacks.get(UUID(document["id"])))}
            for document in documents
        ]


def find_stacked(
    connection: Connection,
    limit: int,
    cursor: str | None,
    find: Callable[[str | None, int], ListPage],
    find_among: Callable[[Collection[UUID]], Sequence[UUID]],
) -> StackedPage:
    """Return a page of up to `limit` images with only the first one of each stack.

    find: returns a page from a cursor on. find_among: returns those of some images that are in the
    list, in its order.
    """
    page = StackedPage()
    for number in range(MAX_ROUNDS):
        found = find(cursor, limit - len(page.ids))
        if number == 0:
            page.total = found.total
        stacks = find_stacks(connection, found.ids)
        page.ids += first_of_each(found.ids, stacks, find_among(stacks) if stacks else ())
        page.stacks |= stacks
        page.next = cursor = found.next
        if cursor is None or len(page.ids) == limit:
            break
    return page


def first_of_each(
    ids: Sequence[UUID], stacks: dict[UUID, Stack], members: Sequence[UUID]
) -> list[UUID]:
    """Return the images, without those that follow another one of their stack.

    members: the stacks' images, in the order of the list.
    """
    firsts: dict[UUID, UUID] = {}
    for image in members:
        firsts.setdefault(stacks[image].id, image)
    return [image for image in ids if image not in stacks or firsts[stacks[image].id] == image]


def _describe(stack: Stack | None) -> dict[str, Any] | None:
    if stack is None:
        return None
    return {"id": str(stack.id), "size": len(stack.members), "why": reason(stack)}


def reason(stack: Stack) -> str:
    """Return the reason why these images form a stack."""
    return "burst" if stack.is_burst else "same"
