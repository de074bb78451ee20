"""The environment that every child process of the stack gets."""

import os

from tagloop.local.datadir import DataDir
from tagloop.local.supervisor.child import PROJECT_ROOT

DATABASE_NAME = "tagloop"
DATABASE_ROLE = "tagloop"


def database_url(data: DataDir) -> str:
    """Return the address of the embedded database, for SQLAlchemy."""
    return f"postgresql+psycopg2://{DATABASE_ROLE}@/{DATABASE_NAME}?host={data.sockets}"


def broker_url(data: DataDir) -> str:
    """Return the address of the embedded broker, for Celery."""
    return f"redis+socket://{data.redis_socket}"


def child_environment(data: DataDir) -> dict[str, str]:
    """Return this process's environment with the stack's own addresses.

    libpq's variables (PGHOST, PGPORT…) are left out: they would send a service to another database
    than the embedded one.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    search_path = [str(PROJECT_ROOT), *filter(None, [inherited.get("PYTHONPATH")])]
    secrets = {
        "TAGLOOP_CALLBACK_SECRET_FILE": data.callback_secret,
        "TAGLOOP_SIGV4_SECRET_FILE": data.sigv4_secret,
    }
    return {
        # Before the inherited variables, so that a user's own secret wins.
        **{name: str(path) for name, path in secrets.items() if path.exists()},
        **inherited,
        "PYTHONPATH": os.pathsep.join(search_path),
        "PYTHONUNBUFFERED": "1",
        "TAGLOOP_DATABASE_URL": database_url(data),
        "TAGLOOP_BROKER_URL": broker_url(data),
        "TAGLOOP_STORAGE_URL": data.blobs.as_uri(),
        "PROMETHEUS_MULTIPROC_DIR": str(data.metrics),
    }
