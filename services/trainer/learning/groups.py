"""Learn the shared tags and each owner's own tags as separate groups.

Every group is trained, measured and judged on its own images. A group that fails its gate stays as
it is in the live version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from services.trainer.outcome import Finetuned, Progress
from shared.db.corrections.standings import Standing
from shared.db.tags.known_tag import KnownTag
from shared.errors import Unavailable
from shared.model.learned.tags import LearnedTags
from shared.model.scorer import Scorer

# The figures of each owner's report that the next run compares with.
KEPT_FIGURES = ("examples", "method", "average_precision")
# The number of groups whose reasons are given in full.
MAX_TOLD = 5

Learn = Callable[[str | None, Progress], Finetuned]
Learned = Mapping[str | None, Finetuned]

log = structlog.get_logger(__name__)


def learn_groups(
    groups: Sequence[str | None], learn: Learn, progress: Progress, *, set_failed_aside: bool
) -> tuple[Learned, Mapping[str | None, str]]:
    """Learn each group; return what was learned, and the reasons why others failed.

    groups: owners of tags; None: shared tags. set_failed_aside: continue without a group that
    raises, unless all do.

    Raises:
        Unavailable: Postgres or the storage does not answer.
    """
    learned: dict[str | None, Finetuned] = {}
    failed: dict[str | None, str] = {}
    for number, owner in enumerate(groups):

        def told(stage: str, share: float, done: int = number) -> None:
            progress(stage, (done + share) / len(groups))

        try:
            learned[owner] = learn(owner, told)
        except Unavailable:
            raise
        # Any error in the data or the code: the other groups need not wait for it.
        except Exception as error:
            is_alone = number == len(groups) - 1 and not learned
            if not set_failed_aside or is_alone:
                raise
            log.exception("a group of tags cannot be learned", owner=owner)
            failed[owner] = f"{type(error).__name__}: {error}"
    return learned, failed


def knowing(live: Scorer, owner: str | None, custom: Sequence[KnownTag]) -> Scorer:
    """Return the live version with an owner's tags, and tags to be learned, in its vocabulary."""
    scorer = live if owner is None else live.for_owner(owner)
    return replace(scorer, index=scorer.index.with_custom(custom), own=live.own)


def report_of(report: Mapping[str, Any], owner: str | None) -> Mapping[str, Any]:
    """Return the part of a version's report that is about one group."""
    if owner is None:
        return report
    found: Mapping[str, Any] = report.get("owners", {}).get(owner, {})
    return found


def compose(
    live: Scorer, learned: Learned, failed: Mapping[str | None, str], report: Mapping[str, Any]
) -> Finetuned:
    """Combine what the groups have learned into one candidate.

    Groups that passed their gate are promoted, and the rest of the live version is kept. If no
    group passed, all of them form one rejected candidate. report: the live version's.
    """
    good = {owner for owner, one in learned.items() if one.status == "promoted"}
    tried = {owner for owner, one in learned.items() if one.head is not None}
    taken = good or tried
    kept = (tried - good) | failed.keys() if good else set(failed)
    reasons = {owner: one.reason for owner, one in learned.items()} | dict(failed)
    return Finetuned(
        "promoted" if good else "rejected" if tried else "nothing",
        _tell(reasons),
        _report(learned, report),
        _head_of(live, learned, taken) if taken else None,
        live.model.version,
        _standings(learned),
        tuple(sorted(kept, key=lambda owner: owner or "")),
        tuple(sorted(failed, key=lambda owner: owner or "")),
    )


def _head_of(live: Scorer, learned: Learned, taken: set[str | None]) -> Any:
    """Return the live head, with the learned tags of some groups replaced by their candidates'."""
    parts: list[LearnedTags] = []
    for owner in (None, *sorted({*live.own, *(name for name in taken if name is not None)})):
        found = learned[owner].head if owner in taken else None
        if found is not None:
            parts.append(found.learned_tags)
        elif owner is None:
            parts.append(live.head.learned_tags)
        else:
            parts.append(live.own[owner].learned)
    return replace(live.head, learned_tags=parts[0].beside(*parts[1:]))


def _tell(reasons: Mapping[str | None, str]) -> str:
    """Return a few sentences on how the groups ended, for people."""
    if not reasons:
        return "There are no new corrections to learn from."
    if list(reasons) == [None]:
        return reasons[None]
    told = [
        f"{'Shared tags' if owner is None else f'Tags of {owner!r}'}: {reason}"
        for owner, reason in list(reasons.items())[:MAX_TOLD]
    ]
    rest = len(reasons) - len(told)
    return " ".join(told) + (f" And {rest} owners more." if rest else "")


def _report(learned: Learned, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of the shared tags and, below them, of each owner.

    Groups that were not learned this time keep their earlier figures.
    """
    shared = learned.get(None)
    report = dict(shared.report) if shared is not None else {"tags": before.get("tags", {})}
    owners = dict(before.get("owners", {}))
    for owner, one in learned.items():
        if owner is not None and one.report:
            tags = {
                slug: {name: figures[name] for name in KEPT_FIGURES}
                for slug, figures in one.report.get("tags", {}).items()
            }
            owners[owner] = {**one.report, "tags": tags}
    return {**report, "owners": owners} if owners else report


def _standings(learned: Learned) -> tuple[Standing, ...]:
    """Return a standing for each contributor, from the group that judged most of their votes."""
    found: dict[str, Standing] = {}
    for one in learned.values():
        for standing in one.standings:
            known = found.get(standing.name)
            if known is None or standing.judged > known.judged:
                found[standing.name] = standing
    return tuple(found.values())
