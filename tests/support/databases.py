"""Databases for tests: copied from a template, and emptied to be used again."""

import itertools
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg2 import sql
from psycopg2.errors import ObjectInUse
from psycopg2.extensions import cursor as Cursor

from shared.db.connection.engine import connect_engine
from shared.db.migrate.run import migrate
from tagloop.local.datadir import DataDir
from tagloop.local.environment import DATABASE_NAME, database_url
from tagloop.local.servers import postgres

TEMPLATE = "tagloop_template"
# A used database rests until others were used, so that its last connections have ended.
MIN_RESTING = 2
# xmin is the transaction that wrote a row. Emptying tables writes none of these rows; a change of
# the schema does.
SCHEMA = """
SELECT count(*), max(xmin::text::bigint) FROM (
    SELECT xmin FROM pg_attribute
    UNION ALL SELECT xmin FROM pg_constraint
    UNION ALL SELECT xmin FROM pg_index
    UNION ALL SELECT xmin FROM pg_trigger
    UNION ALL SELECT xmin FROM pg_proc
) AS parts
"""
FILLED_TABLES = """
SELECT relname FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
"""
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"
RESTART = """
SELECT setval(seqrelid, seqstart, false) FROM pg_sequence
WHERE pg_sequence_last_value(seqrelid) IS NOT NULL
"""
COUNT_OLD = "SELECT count(*) FROM {} WHERE xmin::text::bigint <= %s"
DELETE_NEW = "DELETE FROM {} WHERE xmin::text::bigint > %s"
DISCONNECT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"


@dataclass(frozen=True)
class Template:
    """What migrations leave behind. rows: how many each table has. written: its last transaction.

    sequences: the last value of each that was used.
    """

    schema: tuple[Any, ...]
    rows: dict[str, int]
    written: int
    sequences: dict[str, int]


class Databases:
    """Lends databases of one Postgres, each under a name of its own.

    A used one is emptied and renamed, which takes a fraction of the time of a copy. Threads that an
    earlier test left behind know only its former name, so they cannot disturb the next test.
    """

    def __init__(self, data: DataDir) -> None:
        """Make the template. data: of a running Postgres."""
        self._data = data
        self._numbers = itertools.count()
        self._resting: deque[str] = deque()
        self._run("CREATE DATABASE {}", TEMPLATE)
        engine = connect_engine(self._url(TEMPLATE))
        migrate(engine)
        engine.dispose()
        with self._connect(TEMPLATE) as connection:
            self._template = read_template(connection.cursor())

    @contextmanager
    def migrated(self) -> Iterator[str]:
        """Lend a database that is as the migrations leave it, by its URL."""
        name = self._reuse() or self._copy()
        yield self._url(name)
        with self._connect(DATABASE_NAME) as connection:
            connection.cursor().execute(DISCONNECT, (name,))
        self._resting.append(name)

    @contextmanager
    def without_tables(self) -> Iterator[str]:
        """Lend a database without any table, by its URL."""
        name = self._new_name()
        self._run("CREATE DATABASE {}", name)
        yield self._url(name)
        self._run("DROP DATABASE {} WITH (FORCE)", name)

    def _copy(self) -> str:
        name = self._new_name()
        self._run("CREATE DATABASE {} TEMPLATE {}", name, TEMPLATE)
        return name

    def _reuse(self) -> str | None:
        """Return the name of a database that was used and is as new; None if there is none."""
        if len(self._resting) < MIN_RESTING:
            return None
        used = self._resting.popleft()
        with self._connect(used) as connection:
            is_as_new = restore(connection.cursor(), self._template)
        if not is_as_new:
            self._run("DROP DATABASE {} WITH (FORCE)", used)
            return None
        name = self._new_name()
        try:
            self._run("ALTER DATABASE {} RENAME TO {}", used, name)
        except ObjectInUse:
            # A thread that an earlier test left behind has connected again.
            self._run("DROP DATABASE {} WITH (FORCE)", used)
            return None
        return name

    def _new_name(self) -> str:
        return f"test_{next(self._numbers)}"

    def _url(self, name: str) -> str:
        return database_url(self._data).replace(f"/{DATABASE_NAME}?", f"/{name}?")

    def _run(self, statement: str, *names: str) -> None:
        """Run a statement that cannot be part of a transaction, with these names filled in."""
        with self._connect(DATABASE_NAME) as connection:
            connection.cursor().execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _connect(self, name: str) -> closing[Any]:
        return closing(postgres.connect(self._data, name))


def read_template(cursor: Cursor) -> Template:
    """Read the state of a database that was only migrated."""
    rows, written = {}, 0
    cursor.execute(FILLED_TABLES)
    for (table,) in cursor.fetchall():
        query = sql.SQL("SELECT count(*), max(xmin::text::bigint) FROM {}")
        cursor.execute(query.format(sql.Identifier(table)))
        rows[table], last = cursor.fetchone() or (0, 0)
        written = max(written, last)
    cursor.execute(SCHEMA)
    schema = cursor.fetchone() or ()
    cursor.execute(SEQUENCES)
    return Template(schema, rows, written, dict(cursor.fetchall()))


def restore(cursor: Cursor, template: Template) -> bool:
    """Empty a database and return True; False if its schema or a row of the template changed."""
    cursor.execute(SCHEMA)
    if cursor.fetchone() != template.schema:
        return False
    cursor.execute(FILLED_TABLES)
    used = [table for (table,) in cursor.fetchall() if table not in template.rows]
    if used:
        tables = sql.SQL(", ").join(map(sql.Identifier, used))
        cursor.execute(sql.SQL("TRUNCATE {} CASCADE").format(tables))
    for table, rows in template.rows.items():
        name = sql.Identifier(table)
        cursor.execute(sql.SQL(COUNT_OLD).format(name), (template.written,))
        if cursor.fetchone() != (rows,):
            return False
        cursor.execute(sql.SQL(DELETE_NEW).format(name), (template.written,))
    cursor.execute(RESTART)
    for sequence, value in template.sequences.items():
        cursor.execute("SELECT setval(%s, %s)", (sequence, value))
    return True
