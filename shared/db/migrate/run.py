"""Migrate the database to this program's schema and vocabulary."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

from shared.db.connection.engine import transaction
from shared.db.models.vocabularies.stored import find_live_backbone, read_vocabulary_of
from shared.db.models.vocabularies.words import activate_vocabulary

# Alembic finds env.py and versions/ here.
MIGRATIONS = Path(__file__).parent
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
