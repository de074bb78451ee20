"""Decide the tags of an image from each contributor's last vote on each of them."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

# Weights are added in steps of this size, as integers: in floating point the order of the votes
# could tip the scales, and the trainer, which adds them as arrays, could decide otherwise.
STEPS_PER_WEIGHT = 2**30


@dataclass(frozen=True)
class Vote:
    """One contributor's last vote on one tag.

    weight: the contributor's trust, 0 to 1. moment: grows with time; no two votes share one.
    """

    tag: int
    present: bool
    weight: float
    moment: int


@dataclass(frozen=True)
class Decision:
    """Whether an image has a tag. explicit: there was a vote on this tag itself."""

    present: bool
    explicit: bool


Relatives = Callable[[int], Iterable[int]]


def decide(
    votes: Iterable[Vote], ancestors: Relatives, descendants: Relatives
) -> dict[int, Decision]:
    """Decide every tag that the votes on one image are about, and the tags that follow from them.

    An image that has a tag has its ancestors; one that lacks a tag lacks its descendants. If both
    would follow, the tag is present. Tags with votes of their own are not affected.
    """
    by_tag = defaultdict(list)
    for vote in votes:
        by_tag[vote.tag].append(vote)
    said = {tag: _is_present(on_tag) for tag, on_tag in by_tag.items()}
    absent = {below for tag, present in said.items() if not present for below in descendants(tag)}
    present = {above for tag, present in said.items() if present for above in ancestors(tag)}
    # Later entries replace earlier ones.
    return {
        **dict.fromkeys(absent, Decision(present=False, explicit=False)),
        **dict.fromkeys(present, Decision(present=True, explicit=False)),
        **{tag: Decision(present, explicit=True) for tag, present in said.items()},
    }


def _is_present(votes: list[Vote]) -> bool:
    """The heavier side wins. The latest vote decides a tie, such as when no vote has weight."""
    balance = sum(
        round(vote.weight * STEPS_PER_WEIGHT) * (1 if vote.present else -1) for vote in votes
    )
    if balance:
        return balance > 0
    return max(votes, key=lambda vote: vote.moment).present
