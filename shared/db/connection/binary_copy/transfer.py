"""Send records to Postgres, and receive them.

https://www.postgresql.org/docs/current/sql-copy.html
"""

import io
from collections.abc import Sequence

from psycopg2 import sql
from sqlalchemy import Connection

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"


def send(connection: Connection, table: str, columns: Sequence[str], records: bytes) -> None:
    """Insert records into a table, in the connection's transaction."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    cursor = connection.connection.cursor()
    cursor.copy_expert(statement, io.BytesIO(HEADER + records + TRAILER))


def receive(connection: Connection, query: sql.Composable) -> memoryview:
    """Return the rows of a query as records."""
    out = io.BytesIO()
    statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(query)
    connection.connection.cursor().copy_expert(statement, out)
    return out.getbuffer()[len(HEADER) : -len(TRAILER)]
