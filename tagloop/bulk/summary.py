"""The summary that `tagloop add` prints at its end."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tagloop.bulk.events import Outcome
from tagloop.bulk.tally import Tally, TallyGroup
from tagloop.client.names import printable

ROWS = (
    (Outcome.SENT, "sent"),
    (Outcome.TAGGED, "tagged"),
    (Outcome.KNOWN, "already there"),
    (Outcome.REFUSED, "refused"),
    (Outcome.FAILED, "failed"),
    (Outcome.UNREADABLE, "unreadable"),
    (Outcome.NOT_A_PICTURE, "not pictures, by their names"),
    (Outcome.HIDDEN, "hidden (names that begin with a dot)"),
    (Outcome.SYSTEM, "of the storage system (recycle bins, thumbnail folders)"),
)
ALWAYS_SHOWN = (Outcome.SENT, Outcome.TAGGED, Outcome.KNOWN)


def print_summary(tally: Tally, seconds: float, output: Console) -> None:
    """Print the counts of a run that took `seconds`, then why files were left out."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(justify="right", style="bold")
    table.add_column()
    for outcome, text in ROWS:
        count = tally.counts[outcome]
        if count or outcome in ALWAYS_SHOWN:
            table.add_row(f"{count:,}", text)
    processed = tally.counts[Outcome.TAGGED] or tally.counts[Outcome.SENT]
    if processed:
        table.add_row(f"{processed / seconds:,.1f}", f"images/s, {seconds:,.1f} s in total")
    output.print(table)
    for outcome, text in ROWS:
        for reason, group in tally.groups.get(outcome, {}).items():
            output.print(Text(f"{group.count:,} {text}: {sentence(reason)} {examples(group)}"))
    if not tally.counts:
        output.print("There are no files there.")


def sentence(reason: str) -> str:
    """Return the reason as a sentence."""
    return reason if reason.endswith((".", "!", "?")) else f"{reason}."


def examples(group: TallyGroup) -> str:
    """Return a few names of the group in brackets."""
    names = [printable(path) for path in group.examples]
    return f"({', '.join(names)}{', …' if group.count > len(names) else ''})"
