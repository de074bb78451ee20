"""The version of pgvector, the extension of Postgres that compares embeddings."""

from sqlalchemy import Connection, text

# 0.8.2 and 0.8.3 repaired faults of indexes.
MIN_PGVECTOR = (0, 8, 4)


def find_old_pgvector(connection: Connection) -> str | None:
    """Return what to do if the database's pgvector is too old; None: it is recent enough."""
    version = pgvector_version(connection)
    if tuple(int(part) for part in version.split(".")) >= MIN_PGVECTOR:
        return None
    return (
        f"The database has pgvector {version}, which is older than "
        f"{'.'.join(map(str, MIN_PGVECTOR))}; install a newer one, then run in the database: "
        "ALTER EXTENSION vector UPDATE"
    )


def pgvector_version(connection: Connection) -> str:
    """Return the version of the extension, such as 0.8.5."""
    query = text("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
    version: str = connection.execute(query).scalar_one()
    return version
