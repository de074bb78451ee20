"""The outcome as tables for people and as JSON for programs."""

from collections import defaultdict
from dataclasses import asdict
from statistics import median
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.chaos.faults.schedule import KINDS, Struck
from tests.chaos.run import PROMISED_RECOVERY_SECONDS, Outcome

FAILURES_SHOWN = 5


def show(outcome: Outcome, console: Console) -> None:
    """Print everything that the run has found."""
    console.print(faults_table(outcome))
    console.print(usage_table(outcome))
    result, ledger = outcome.audit, outcome.ledger
    answers = ", ".join(f"{status}: {count:,}" for status, count in ledger.answers.most_common())
    healthy = len(result.failed)
    console.print(
        f"Accepted {len(ledger.accepted):,} = tagged {result.tagged:,} + failed as they had to "
        f"{result.failed_as_due:,} + failed with a reason {healthy:,} + lost {len(result.lost):,}"
    )
    console.print(
        f"Corrections accepted, all of them kept unless said below: {result.corrections:,}"
    )
    for failure in result.failed[:FAILURES_SHOWN]:
        console.print(f"  {failure}", markup=False)
    console.print(f"Answers by status: {answers}")
    console.print(f"Seed {outcome.plan.seed}, {outcome.seconds / 60:.1f} minutes")
    for promise in outcome.broken:
        console.print(f"[bold red]Broken:[/] {escape(promise)}")
    if not outcome.broken:
        console.print("[bold green]Every promise was kept.")


def faults_table(outcome: Outcome) -> Table:
    """A row for each kind of fault."""
    table = Table(title="Seconds from the end of a fault until a new picture was tagged")
    table.add_column("fault")
    for name in ("times", "median", "longest", "lost"):
        table.add_column(name, justify="right")
    recoveries = by_kind(outcome.struck)
    for kind in KINDS:
        if kind in recoveries:
            add_row(table, kind, recoveries[kind], outcome.lost[kind])
    together = [seconds for kind in recoveries.values() for seconds in kind]
    table.add_section()
    add_row(table, "together", together, outcome.lost.total())
    return table


def add_row(table: Table, name: str, recoveries: list[float | None], lost: int) -> None:
    """A row about some faults; the recovery of some was cut short by the next fault."""
    measured = [seconds for seconds in recoveries if seconds is not None]
    middle = f"{median(measured):.1f}" if measured else "-"
    longest = f"{max(measured):.1f}" if measured else "-"
    if measured and max(measured) > PROMISED_RECOVERY_SECONDS:
        longest = f"[red]{longest}"
    table.add_row(name, f"{len(recoveries)}", middle, longest, f"{lost}")


def usage_table(outcome: Outcome) -> Table:
    """What the processes hold, before the first fault and after the audit."""
    table = Table(title="Processes, open files and memory (MiB), before → after")
    table.add_column("part")
    for name in ("processes", "files", "memory"):
        table.add_column(name, justify="right")
    before, after = outcome.usage
    for part, start in before.items():
        end = after[part]
        table.add_row(
            part,
            f"{start.processes} → {end.processes}",
            f"{start.open_files} → {end.open_files}",
            f"{start.mebibytes:,.0f} → {end.mebibytes:,.0f}",
        )
    return table


def by_kind(struck: list[Struck]) -> dict[str, list[float | None]]:
    """Seconds to recover, by the kind of fault."""
    found: dict[str, list[float | None]] = defaultdict(list)
    for fault in struck:
        found[fault.kind].append(fault.recovery_seconds)
    return found


def to_json(outcome: Outcome) -> dict[str, Any]:
    """Everything that the tables show, and each fault in its order."""
    result = outcome.audit
    return {
        "plan": asdict(outcome.plan),
        "seconds": outcome.seconds,
        "faults": [
            {"kind": fault.kind, "recovery_seconds": fault.recovery_seconds}
            for fault in outcome.struck
        ],
        "accepted": len(outcome.ledger.accepted),
        "tagged": result.tagged,
        "corrections": result.corrections,
        "failed_as_due": result.failed_as_due,
        "failed": list(result.failed),
        "lost": sorted(result.lost),
        "answers": dict(outcome.ledger.answers),
        "usage": [{part: asdict(use) for part, use in each.items()} for each in outcome.usage],
        "broken": outcome.broken,
    }
