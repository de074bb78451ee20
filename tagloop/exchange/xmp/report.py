"""The output of `tagloop xmp`: problems as they occur, counts at the end."""

import sys
from collections import Counter
from pathlib import Path

from tagloop.bulk.events import Event, Outcome
from tagloop.client.names import printable


class XmpReport:
    """Counts what happened to files. is_dry_run: nothing is changed, and every change is listed."""

    def __init__(self, *, is_dry_run: bool) -> None:
        self.is_dry_run = is_dry_run
        self.counts: Counter[str] = Counter()
        self.problems = 0

    def problem(self, path: Path, reason: str) -> None:
        """Report why a file could not be used."""
        self.problems += 1
        print(f"{printable(str(path))}: {reason}.", file=sys.stderr)

    def skip(self, event: Event) -> None:
        """Report what could not be read in a folder, except other kinds of files."""
        if event.outcome is Outcome.UNREADABLE:
            self.problem(Path(event.path), event.reason)

    def change(self, path: Path, added: list[str], removed: list[str]) -> None:
        """List a change in a dry run: words with a plus or a minus before them."""
        if self.is_dry_run:
            words = [*(f"+{word}" for word in added), *(f"-{word}" for word in removed)]
            print(printable(f"{path}: {', '.join(words)}"))

    def count(self, what: str, number: int = 1) -> None:
        """Count something for the summary."""
        self.counts[what] += number

    def summarise(self, *whats: str) -> bool:
        """Print the counts in this order; return whether there was no problem."""
        parts = [f"{self.counts[what]:,} {what}" for what in whats if self.counts[what]]
        if self.problems:
            parts.append(f"{self.problems:,} could not be used")
        print(f"{', '.join(parts) or 'There was nothing to do'}.")
        return not self.problems
