"""Which ways Postgres may take to the rows of a search."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, text

_SWITCH = text("SELECT set_config(name, :value, true) FROM unnest(CAST(:names AS text[])) AS name")


@contextmanager
def bitmaps_only(connection: Connection) -> Iterator[None]:
    """Have Postgres find rows by bitmaps of what indexes say, not by going through the table.

    It takes tags for independent of each other, expects thousands of pictures that show a cat and a
    ship, and would go through a million rows to find the first ones.
    """
    with _without(connection, ("enable_seqscan", "enable_indexscan", "enable_indexonlyscan")):
        yield


@contextmanager
def by_index(connection: Connection) -> Iterator[None]:
    """Make Postgres read an index in order, and stop when there are enough rows.

    It would read all of a table of ten million tags for some thousands of them.
    """
    with _without(connection, ("enable_seqscan", "enable_bitmapscan")):
        yield


@contextmanager
def no_whole_tables(connection: Connection) -> Iterator[None]:
    """Make Postgres find all matches by any kind of index, then tags one image at a time."""
    with _without(connection, ("enable_seqscan",)):
        yield


@contextmanager
def _without(connection: Connection, ways: Sequence[str]) -> Iterator[None]:
    connection.execute(_SWITCH, {"names": list(ways), "value": "off"})
    yield
    connection.execute(_SWITCH, {"names": list(ways), "value": "on"})
