"""The bridge's messages: one line for each thing that people should know, and counts."""

import sys
from collections import Counter

from tagloop.client.names import printable


class BridgeReport:
    """Counts what a pass did. is_dry_run: list every change."""

    def __init__(self, *, is_dry_run: bool = False) -> None:
        self.is_dry_run = is_dry_run
        self.counts: Counter[str] = Counter()
        self.problems = 0
        self._said: set[str] = set()

    def problem(self, text: str) -> None:
        """Report a problem with one picture, once."""
        self.problems += 1
        self._say_once(text)

    def ask(self, text: str) -> None:
        """Ask people something, once for each process."""
        self._say_once(text)

    def list(self, text: str) -> None:
        """List a change in a dry run."""
        if self.is_dry_run:
            print(printable(text), flush=True)

    def count(self, what: str, number: int = 1) -> None:
        """Count something for the summary."""
        if number:
            self.counts[what] += number

    def summary(self) -> str:
        """Return the counts since the last summary; empty if nothing happened."""
        parts = [f"{number:,} {what}" for what, number in self.counts.items()]
        if self.problems:
            parts.append(f"{self.problems:,} problems")
        self.counts.clear()
        self.problems = 0
        return ", ".join(parts)

    def _say_once(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            print(printable(text), file=sys.stderr, flush=True)
