"""The counts of a run, and the reasons behind what went wrong."""

from collections import Counter
from dataclasses import dataclass, field

from tagloop.bulk.events import Event, Outcome

EXAMPLES_PER_REASON = 3
FINAL = frozenset(Outcome) - {
    Outcome.SENT,
    Outcome.HIDDEN,
    Outcome.SYSTEM,
    Outcome.NOT_A_PICTURE,
}
WRONG = (Outcome.REFUSED, Outcome.FAILED, Outcome.UNREADABLE)


@dataclass
class TallyGroup:
    """Files with one reason: how many, and a few of their paths."""

    count: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass
class Tally:
    """What happened to the files of a run. Its size depends only on the number of reasons."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    groups: dict[Outcome, dict[str, TallyGroup]] = field(
        default_factory=lambda: {outcome: {} for outcome in WRONG}
    )

    def add(self, event: Event) -> None:
        """Count one event."""
        self.counts[event.outcome] += 1
        if event.outcome in self.groups:
            group = self.groups[event.outcome].setdefault(event.reason, TallyGroup())
            group.count += 1
            if len(group.examples) < EXAMPLES_PER_REASON:
                group.examples.append(event.path)

    @property
    def settled(self) -> int:
        """The number of pictures whose outcome is final."""
        return sum(self.counts[outcome] for outcome in FINAL)

    @property
    def is_all_well(self) -> bool:
        """Whether every picture that was found is in Tagloop."""
        return not any(self.counts[outcome] for outcome in WRONG)
