"""Top-1, top-5, precision and recall of tags, with the hierarchy counted."""

from collections.abc import Callable, Sequence
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
    precision: shown tags that are the label or implied by it; narrower ones are not judged.
    recall: pictures with such a tag. exact_recall: pictures with the label itself.
    """

    images: int
    shown_tags: int
    top1: float
    top5: float
    precision: float | None
    recall: float
    exact_recall: float

    def to_dict(self) -> dict[str, int | float | None]:
        """By name, for JSON."""
        return asdict(self)


def measure(pictures: Sequence[Judged], with_ancestors: WithAncestors) -> TagQuality:
    """The quality over all pictures together, of which there must be one at least.

    with_ancestors: gives the slugs of a tag and of everything that it implies.
    """
    top1 = top5 = judged_tags = right_tags = recalled = exact = 0
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
        judged_tags += len(judged)
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
        recall=recalled / count,
        exact_recall=exact / count,
    )


def _is_narrower(tag: str, label: str, with_ancestors: WithAncestors) -> bool:
    return tag != label and label in with_ancestors(tag)
