"""Copy all tables to files and back, by `COPY … (FORMAT binary)`.

pg_dump is not used: it must be as new as the server, which is rare where a command line is
installed. Binary rows fit a table with the same columns in any version of Postgres.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from psycopg2 import sql
from sqlalchemy import Connection, Engine, text

from shared.db.connection.engine import transaction
from shared.db.schema import metadata
from shared.db.schema.pictures.search import DERIVED
from shared.errors import ConfigError, Unavailable
from tagloop.admin.backup.manifest import Table


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Yield a transaction that sees the database as of its beginning, however long it takes.

    Raises:
        Unavailable: Postgres does not answer.
    """
    with transaction(engine) as connection:
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        yield connection


def dump_tables(connection: Connection, folder: Path) -> tuple[Table, ...]:
    """Write every table to a file of its name, except those derived by triggers."""
    folder.mkdir(parents=True)
    dumped = []
    for table in metadata.sorted_tables:
        if table.info.get(DERIVED):
            continue
        columns = tuple(column.name for column in table.columns if column.computed is None)
        statement = _copy("COPY {table} ({columns}) TO STDOUT (FORMAT binary)", table.name, columns)
        with (folder / table.name).open("wb") as file:
            rows = _run_copy(connection, statement, file)
        dumped.append(Table(table.name, columns, rows))
    return tuple(dumped)


def load_tables(connection: Connection, folder: Path, tables: tuple[Table, ...]) -> None:
    """Fill empty tables, and continue their sequences after the loaded rows.

    Raises:
        ConfigError: a file does not fit the table of its name.
        Unavailable: Postgres does not answer.
    """
    for table in tables:
        statement = _copy(
            "COPY {table} ({columns}) FROM STDIN (FORMAT binary)", table.name, table.columns
        )
        try:
            with (folder / table.name).open("rb") as file:
                rows = _run_copy(connection, statement, file)
        except psycopg2.OperationalError as error:
            raise Unavailable(f"The database does not answer: {first_line(error)}") from error
        except psycopg2.Error as error:
            raise ConfigError(
                f"The backup is damaged: its table {table.name} does not fit the schema that "
                f"manifest.json names ({first_line(error)})."
            ) from error
        if rows != table.rows:
            raise ConfigError(
                f"The backup is damaged: its table {table.name} has {rows:,} rows, and "
                f"manifest.json says {table.rows:,}."
            )
    for table in tables:
        for column in table.columns:
            _continue_numbers(connection, table.name, column)


def first_line(error: Exception) -> str:
    """Return the first line of a library's message; the rest is for developers."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _copy(statement: str, table: str, columns: tuple[str, ...]) -> sql.Composed:
    return sql.SQL(statement).format(
        table=sql.Identifier(table), columns=sql.SQL(", ").join(map(sql.Identifier, columns))
    )


def _run_copy(connection: Connection, statement: sql.Composed, file: object) -> int:
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor:
        cursor.copy_expert(statement, file)
        return int(cursor.rowcount)


def _continue_numbers(connection: Connection, table: str, column: str) -> None:
    sequence = connection.scalar(
        text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table, "column": column}
    )
    if sequence is None:
        return
    greatest = f'SELECT coalesce(max("{column}"), 0) FROM "{table}"'
    connection.execute(
        text(f"SELECT setval(:sequence, ({greatest}) + 1, false)"), {"sequence": sequence}
    )
