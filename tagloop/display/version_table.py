"""Model versions as a table."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from tagloop.client.teaching_documents import Version

MINUTES = len("2026-01-31T12:34")


def version_table(versions: Sequence[Version]) -> Table:
    """Return a table with a row for each version: number, status, parent, time (UTC) and reason."""
    table = Table(box=None, pad_edge=False)
    for title in ("version", "status", "from", "made", "why"):
        table.add_column(title)
    for version in versions:
        table.add_row(
            str(version.version),
            version.status,
            str(version.parent or ""),
            version.created_at[:MINUTES].replace("T", " "),
            Text(version.reason),
            style="bold" if version.status == "live" else "",
        )
    return table
