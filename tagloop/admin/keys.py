"""Manage API keys directly on the database, so that the first one can be created."""

from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import RowMapping

from shared.auth.aws_keys import new_access_key_id, secret_access_key
from shared.auth.tokens import new_token
from shared.db.connection.engine import connect_engine, transaction
from shared.db.owners.keys import NewKey, insert_key, list_keys, revoke_key
from shared.errors import ConfigError
from tagloop.local.settings import open_database, settings_of

COLUMNS = ("number", "begins", "name", "scopes", "owner", "made", "last used", "revoked")
MIN_WIDTHS = {"begins": 13, "made": 10, "last used": 10, "revoked": 10}
MOMENT = "%Y-%m-%d %H:%M"
ALL_OWNERS = "(all)"


def create_key(data: Path | None, new: NewKey) -> str:
    """Store a new key's hash; return the key itself, which cannot be recovered later."""
    token = new_token()
    with transaction(open_database(data)) as connection:
        insert_key(connection, token, new)
    return token


def create_aws_key(data: Path | None, new: NewKey) -> tuple[str, str]:
    """Store a new key for AWS' clients; return its access key id and secret access key.

    Raises:
        ConfigError: the server has no secret to derive secrets from.
    """
    settings = settings_of(data)
    master = settings.sigv4_secret.get_secret_value()
    if not master:
        raise ConfigError(
            "TAGLOOP_SIGV4_SECRET is not set, and the secrets of AWS keys are derived from it; set "
            "it to 32 random characters or more, for this command and for the server."
        )
    access_key_id = new_access_key_id()
    with transaction(connect_engine(settings.database_url, pool_size=1)) as connection:
        insert_key(connection, access_key_id, new)
    return access_key_id, secret_access_key(master, access_key_id)


def print_keys(data: Path | None) -> None:
    """Print a table of all keys."""
    with transaction(open_database(data)) as connection:
        rows = list_keys(connection)
    table = Table(box=None, pad_edge=False, collapse_padding=True)
    for column in COLUMNS:
        # Dates break between day and time, and everything else stays whole where it can.
        table.add_column(column, overflow="fold", min_width=MIN_WIDTHS.get(column))
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
        ALL_OWNERS if row["owner"] is None else row["owner"],
        *(moment.strftime(MOMENT) if moment else "" for moment in moments),
    )
