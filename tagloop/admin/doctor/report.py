"""Print the doctor's findings as text or JSON."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from tagloop.admin.doctor.examine import examine
from tagloop.admin.doctor.finding import Finding
from tagloop.local.settings import settings_of

PART_WIDTH = 14


def diagnose(data: Path | None, *, as_json: bool) -> bool:
    """Print a sentence about each part; return whether all is well.

    data: the data folder of a stack on this machine; None: use the settings in the environment.
    Raises ConfigError if there is no such folder or a setting is wrong.
    """
    findings = examine(settings_of(data))
    return print_json(findings) if as_json else print_sentences(findings)


def print_sentences(findings: Iterable[Finding]) -> bool:
    """Print one line per finding as soon as it is known; return whether all is well."""
    console = Console(highlight=False, soft_wrap=True)
    all_well = True
    for finding in findings:
        mark = "[green]ok   [/]" if finding.is_well else "[bold red]wrong[/]"
        console.print(f"{mark} {finding.part:<{PART_WIDTH}}{escape(finding.sentence)}")
        all_well = all_well and finding.is_well
    return all_well


def print_json(findings: Iterable[Finding]) -> bool:
    """Print the findings as one JSON document; return whether all is well."""
    found = list(findings)
    all_well = all(finding.is_well for finding in found)
    document = {"is_well": all_well, "findings": [asdict(finding) for finding in found]}
    print(json.dumps(document, indent=2))
    return all_well
