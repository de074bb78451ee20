"""Manage API keys on the database, which makes it possible to create the first one."""

from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import RowMapping

from shared.auth.tokens import new_token
from shared.db.connection.engine import transaction
from shared.db.owners.keys import NewKey, insert_key, list_keys, revoke_key
from tagloop.local.settings import open_database

COLUMNS = ("number", "begins", "name", "scopes", "owner", "made", "last used", "revoked")
MOMENT = "%Y-%m-%d %H:%M"
EVERYBODYS = "(everybody's)"


def create_key(data: Path | None, new: NewKey) -> str:
    """Store a new key's hash; return the key itself, which cannot be recovered later."""
    token = new_token()
    with transaction(open_database(data)) as connection:
        insert_key(connection, token, new)
    return token


def print_keys(data: Path | None) -> None:
    """Print a table of all keys."""
    with transaction(open_database(data)) as connection:
        rows = list_keys(connection)
    table = Table(*COLUMNS, box=None)
    for row in rows:
        table.add_row(*_cells(row))
    Console(highlight=False, markup=False).print(table)


def revoke_one(data: Path | None, number: int) -> bool:
    """Revoke a key; return whether there was one to revoke."""
    with transaction(open_database(data)) as connection:
        return revoke_key(connection, number)


def _cells(row: RowMapping) -> tuple[str, ...]:
    moments = (row["created_at"], row["last_used_at"], row["revoked_at"])
    return (
        str(row["id"]),
        f"{row['hint']}…",
        row["name"],
        ", ".join(row["scopes"]),
        EVERYBODYS if row["owner"] is None else row["owner"],
        *(moment.strftime(MOMENT) if moment else "" for moment in moments),
    )
