"""`python -m shared.db.migrate`: migrate the database to this program's schema and vocabulary."""

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

from shared.config import load_settings
from shared.db.connection.engine import connect_engine, transaction
from shared.db.models.vocabularies.stored import find_live_backbone, read_vocabulary_of
from shared.db.models.vocabularies.words import activate_vocabulary
from shared.errors import TagloopError

MIGRATIONS = Path(__file__).with_name("migrations")
# Any number will do, as long as every process uses the same.
ADVISORY_LOCK = 7_460_511
# A migration that waits for its lock makes every other query queue up behind it.
LOCK_TIMEOUT = "10s"
STATEMENT_TIMEOUT = "15min"


def migration_config(connection: Connection) -> Config:
    """Return Alembic's configuration for an open connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine) -> None:
    """Run missing migrations and update the vocabulary, in one transaction.

    Several processes may call this at once: all but one wait.
    """
    with transaction(engine) as connection:
        connection.execute(
            text("SELECT set_config('statement_timeout', :limit, true)"),
            {"limit": STATEMENT_TIMEOUT},
        )
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        connection.execute(
            text("SELECT set_config('lock_timeout', :limit, true)"), {"limit": LOCK_TIMEOUT}
        )
        command.upgrade(migration_config(connection), "head")
        live = find_live_backbone(connection)
        activate_vocabulary(connection, read_vocabulary_of(connection, live))


def main() -> int:
    """Migrate the configured database; print one sentence if that is impossible."""
    try:
        migrate(connect_engine(load_settings().database_url, pool_size=1))
    except TagloopError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
