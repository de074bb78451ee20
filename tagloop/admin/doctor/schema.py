"""Check that the database answers and has this program's schema."""

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from shared.db.connection.engine import transaction
from shared.db.connection.pgvector import find_old_pgvector, pgvector_version
from shared.db.migrate.run import migration_config
from shared.errors import Unavailable
from tagloop.admin.doctor.finding import Finding, well, wrong

DATABASE = "database"
MIGRATIONS = "migrations"
PGVECTOR = "pgvector"


def check_database(engine: Engine) -> Finding:
    """Check that Postgres answers."""
    try:
        with transaction(engine) as connection:
            version = connection.scalar(text("SHOW server_version"))
    except Unavailable as error:
        advice = (
            "Start Postgres (make up, or docker compose up -d), name the data folder of a `make "
            "up` (--data data), or correct TAGLOOP_DATABASE_URL."
        )
        return wrong(DATABASE, f"{one_line(error)} {advice}")
    return well(DATABASE, f"Postgres {version} answers.")


def check_migrations(connection: Connection) -> Finding:
    """Check that the database has this program's schema."""
    scripts = ScriptDirectory.from_config(migration_config(connection))
    known = {script.revision for script in scripts.walk_revisions()}
    latest = scripts.get_current_head()
    current = MigrationContext.configure(connection).get_current_revision()
    if current == latest:
        return well(MIGRATIONS, f"The schema is up to date ({current}).")
    if current is None:
        return wrong(MIGRATIONS, "The database is empty; run: python -m shared.db.migrate")
    if current not in known:
        return wrong(
            MIGRATIONS,
            f"The schema has version {current}, which this program does not know; install the "
            "version of Tagloop that made it, or a later one.",
        )
    return wrong(
        MIGRATIONS,
        f"The schema has version {current} and this program needs {latest}; run: "
        "python -m shared.db.migrate",
    )


def check_pgvector(connection: Connection) -> Finding:
    """Check that pgvector is recent enough."""
    problem = find_old_pgvector(connection)
    if problem is not None:
        return wrong(PGVECTOR, problem)
    return well(PGVECTOR, f"The database has pgvector {pgvector_version(connection)}.")


def one_line(error: Exception) -> str:
    """Return the first line of an error's message as a sentence; the rest is for developers."""
    line = str(error).splitlines()[0].strip()
    return line if line.endswith((".", "?", "!")) else f"{line}."
