"""Top-1, top-5, precision and recall of tags, with the hierarchy counted.

A label says what a picture mainly shows, but nothing about its surroundings: grass around a dog is
right, although the label does not say so. So everyday words (sky, grass, person) are judged only
where the label implies them, or where they are labels themselves; `strict_precision` counts them
all.
"""

from collections.abc import Callable, Sequence, Set
from dataclasses import asdict, dataclass

TOP = 5

WithAncestors = Callable[[str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Judged:
    """One picture: its label's slug, its likeliest leaf tags in order, and the tags shown."""

    label: str
    likeliest: tuple[str, ...]
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TagQuality:
    """Shares from 0 to 1 over `images` pictures; precision is None where no tag was shown.

    top1, top5: pictures with the label, or a tag narrower than it, first or among the first five.
    precision: shown tags that are the label or implied by it; narrower ones are not judged, nor are
    everyday words that no label mentions, and what only these imply. strict_precision: the same,
    but all of these are judged. recall: pictures with such a tag. exact_recall: pictures with the
    label itself.
    """

    images: int
    shown_tags: int
    top1: float
    top5: float
    precision: float | None
    strict_precision: float | None
    recall: float
    exact_recall: float

    def to_dict(self) -> dict[str, int | float | None]:
        """Return the figures by name, for JSON."""
        return asdict(self)


def measure_tags(
    pictures: Sequence[Judged], with_ancestors: WithAncestors, everyday: Set[str] = frozenset()
) -> TagQuality:
    """Return the quality over all pictures together; there has to be at least one.

    with_ancestors: gives the slugs of a tag and of everything that it implies. everyday: slugs of
    words that may be right whatever the label is.
    """
    top1 = top5 = judged_tags = strictly_judged = right_tags = recalled = exact = 0
    beside = everyday - {picture.label for picture in pictures}
    for picture in pictures:
        is_hit = [picture.label in with_ancestors(tag) for tag in picture.likeliest[:TOP]]
        top1 += any(is_hit[:1])
        top5 += any(is_hit)
        right = with_ancestors(picture.label)
        judged = [
            tag
            for tag in picture.shown
            if tag in right or not _is_narrower(tag, picture.label, with_ancestors)
        ]
        rights = sum(tag in right for tag in judged)
        strictly_judged += len(judged)
        told = _implied_by_others(picture.shown, beside, with_ancestors)
        judged_tags += sum(tag in right or tag in told for tag in judged)
        right_tags += rights
        recalled += rights > 0
        exact += picture.label in picture.shown
    count = len(pictures)
    return TagQuality(
        images=count,
        shown_tags=sum(len(picture.shown) for picture in pictures),
        top1=top1 / count,
        top5=top5 / count,
        precision=right_tags / judged_tags if judged_tags else None,
        strict_precision=right_tags / strictly_judged if strictly_judged else None,
        recall=recalled / count,
        exact_recall=exact / count,
    )


def _implied_by_others(
    shown: Sequence[str], beside: Set[str], with_ancestors: WithAncestors
) -> frozenset[str]:
    """Return the shown tags that do not follow from everyday words alone."""
    implied = {above for tag in shown for above in with_ancestors(tag) - {tag}}
    narrowest = [tag for tag in shown if tag not in implied and tag not in beside]
    return frozenset().union(*(with_ancestors(tag) for tag in narrowest))


def _is_narrower(tag: str, label: str, with_ancestors: WithAncestors) -> bool:
    return tag != label and label in with_ancestors(tag)
