"""The layout of a data folder, and the lock that keeps a second Tagloop out of it."""

import fcntl
import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tagloop.local.errors import DataInUseError, LocalStackError

UNIX_SOCKET_PATH_BYTES = 107
MAX_SOCKET_NAME = ".s.PGSQL.5432"
# Socket folders become part of URLs, and not every program unquotes these.
PLAIN_PATH = re.compile(r"[A-Za-z0-9_./+-]+")
PRIVATE_MODE = 0o700
# A file system in memory.
MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class DataDir:
    """One data folder: everything that the stack stores, and the folder of its Unix sockets."""

    root: Path
    sockets: Path

    @property
    def blobs(self) -> Path:
        """Uploaded files."""
        return self.root / "blobs"

    @property
    def postgres(self) -> Path:
        """The database cluster."""
        return self.root / "postgres"

    @property
    def redis(self) -> Path:
        """The broker's append-only file."""
        return self.root / "redis"

    @property
    def logs(self) -> Path:
        """One log file for each process."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """Files that matter only while the stack runs."""
        return self.root / "run"

    @property
    def metrics(self) -> Path:
        """Counters that the processes share, in memory if possible.

        They are in mapped files: the kernel kills a process that writes to one on a full disk.
        """
        return (
            private_path(MEMORY, self.root) if os.access(MEMORY, os.W_OK) else self.run / "metrics"
        )

    @property
    def callback_secret(self) -> Path:
        """The secret that signs messages to callback URLs."""
        return self.root / "callback-secret"

    @property
    def sigv4_secret(self) -> Path:
        """The secret that the secrets of AWS keys are derived from."""
        return self.root / "sigv4-secret"

    @property
    def beat_schedule(self) -> Path:
        """When beat last sent each periodic task."""
        return self.root / "beat-schedule"

    @property
    def redis_socket(self) -> Path:
        """The socket that Redis listens on."""
        return self.sockets / "redis.sock"


def open_data_dir(path: Path) -> DataDir:
    """Create the folder and its parts if they are missing; modes outside it stay as they are.

    Raises LocalStackError when a part cannot be created.
    """
    root = path.expanduser().absolute()
    try:
        root.mkdir(mode=PRIVATE_MODE, parents=True, exist_ok=True)
        run = root / "run"
        run.mkdir(mode=PRIVATE_MODE, exist_ok=True)
        run.chmod(PRIVATE_MODE)
        data = DataDir(root, find_sockets(root))
        for part in (data.blobs, data.redis, data.logs):
            part.mkdir(exist_ok=True)
        _refuse_foreign(data)
    except OSError as error:
        raise LocalStackError(
            f"The data folder {root} cannot be used ({error.strerror}); "
            "choose another: make up DATA=/some/folder"
        ) from error
    return data


def _refuse_foreign(data: DataDir) -> None:
    """Raise LocalStackError if another user owns a part, which stops a process only later."""
    folders = (data.root, data.blobs, data.redis, data.logs)
    for part in (data.root, *(entry for folder in folders for entry in folder.iterdir())):
        needed = os.R_OK | os.W_OK | (os.X_OK if part.is_dir() else 0)
        if not os.access(part, needed):
            raise LocalStackError(
                f"This user cannot read and write {part}; give {data.root} to the user that runs "
                "Tagloop (chown -R), or choose another folder: make up DATA=/some/folder"
            )


def find_data_dir(path: Path) -> DataDir:
    """Return a data folder without creating it; only the folder of its sockets may be created.

    Raises LocalStackError when there is no safe place for its sockets.
    """
    root = path.expanduser().absolute()
    return DataDir(root, find_sockets(root))


def find_sockets(root: Path) -> Path:
    """Return the folder of a data folder's sockets: inside it, if the path is short enough.

    Raises LocalStackError when there is no safe place for them.
    """
    run = root / "run"
    return run if fits_unix_socket(run) else private_temporary_folder(root)


def fits_unix_socket(folder: Path) -> bool:
    """Return whether the kernel and every reader of URLs accept a socket path in this folder."""
    longest = os.fsencode(folder / MAX_SOCKET_NAME)
    return len(longest) <= UNIX_SOCKET_PATH_BYTES and bool(PLAIN_PATH.fullmatch(str(folder)))


def private_temporary_folder(root: Path) -> Path:
    """Return the socket folder of a data folder whose own path is too long; always the same one.

    Raises LocalStackError when another user created it, since they could answer in our place.
    """
    folder = private_path(Path(tempfile.gettempdir()), root)
    make_private(folder)
    if not fits_unix_socket(folder):
        raise LocalStackError(
            f"The path {folder} cannot hold a Unix socket; set TMPDIR to a short, plain path."
        )
    return folder


def private_path(parent: Path, root: Path) -> Path:
    """Return where a data folder has a folder of its own below one that all users share."""
    digest = hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
    return parent / f"tagloop-{os.geteuid()}-{digest}"


def make_private(folder: Path) -> None:
    """Make a folder that only this user can enter, if it is missing.

    Raises LocalStackError when another user made it, or can enter it.
    """
    folder.mkdir(mode=PRIVATE_MODE, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != os.geteuid() or status.st_mode != stat.S_IFDIR | PRIVATE_MODE:
        raise LocalStackError(f"{folder} belongs to someone else; remove it or set TMPDIR.")


@contextmanager
def locked(data: DataDir, port: int) -> Iterator[None]:
    """Hold the data folder; the kernel releases it when this process ends, however it ends.

    Raises DataInUseError, naming process id and port, when another copy holds it.
    """
    with (data.run / "lock").open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = dict(line.split("=") for line in lock.read().split())
            raise DataInUseError(
                f"The data folder {data.root} is in use by Tagloop process "
                f"{holder.get('pid', '?')} on port {holder.get('port', '?')}; "
                "stop that one or choose another folder: make up DATA=/some/folder"
            ) from None
        lock.truncate(0)
        lock.write(f"pid={os.getpid()}\nport={port}\n")
        lock.flush()
        yield
        lock.truncate(0)
