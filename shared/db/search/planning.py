"""Which ways Postgres may take to the rows of a search."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

_OTHER_SCANS = ("enable_seqscan", "enable_indexscan", "enable_indexonlyscan")
_SWITCH = text(
    "SELECT " + ", ".join(f"set_config('{scan}', :value, true)" for scan in _OTHER_SCANS)
)


@contextmanager
def bitmaps_only(connection: Connection) -> Iterator[None]:
    """Have Postgres find rows by bitmaps of what indexes say, not by going through the table.

    It takes tags for independent of each other, expects thousands of pictures that show a cat and a
    ship, and would go through a million rows to find the first ones.
    """
    connection.execute(_SWITCH, {"value": "off"})
    yield
    connection.execute(_SWITCH, {"value": "on"})
