"""The stack under test: a running `make up`, and its processes by role."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

from shared.config import PREFIX
from tagloop.local.datadir import DataDir, open_data_dir
from tagloop.local.readiness import is_ready
from tagloop.local.supervisor.child import PROJECT_ROOT

HOST = "127.0.0.1"
START_SECONDS = 120.0
STOP_SECONDS = 90.0
ROLE_SECONDS = 60.0
LOOK_SECONDS = 0.05
SHIM = Path(__file__).with_name("decoder_shim")
CACHE_VARIABLE = f"{PREFIX}CACHE_DIR"
# What the names of a program and of its arguments say about a child of the supervisor: all words of
# one of the alternatives.
WORDS = {
    "postgres": ({"postgres"},),
    "redis": ({"redis-server"}, {"valkey-server"}),
    "web": ({"gunicorn"},),
    "worker": ({"services.worker.main", "worker"},),
    "beat": ({"services.worker.main", "beat"},),
    "trainer": ({"services.trainer.main"},),
}


class StackFailed(Exception):
    """The stack under test does not start, stop or recover as it must."""


class Stack:
    """One `tagloop up` on a port and a data folder of its own."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.port = free_port()
        self.data: DataDir = open_data_dir(folder / "data")
        self._log = folder / "up.log"
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{HOST}:{self.port}"

    @property
    def supervisor(self) -> psutil.Process:
        """The process that started all others."""
        assert self._process is not None
        return psutil.Process(self._process.pid)

    def start(self) -> None:
        """Start it and wait until it says that it is ready. Raises StackFailed."""
        up = ("up", "--port", str(self.port), "--data", str(self.data.root))
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tagloop.cli", *up],
                cwd=PROJECT_ROOT,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while not is_ready(HOST, self.port):
            if not self.is_running() or time.monotonic() > deadline:
                raise StackFailed(f"The stack did not start: {self.said()}")
            time.sleep(LOOK_SECONDS)

    def is_running(self) -> bool:
        """Whether the supervisor lives."""
        return self._process is not None and self._process.poll() is None

    def said(self) -> str:
        """The end of the supervisor's output."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-20:])

    def kill(self) -> None:
        """`kill -9` of every process at once, as when the machine loses its power."""
        everything = [self.supervisor, *self.supervisor.children(recursive=True)]
        for process in everything:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(everything, STOP_SECONDS)
        assert self._process is not None
        self._process.wait()

    def stop(self) -> None:
        """Ctrl-C. Raises StackFailed when it does not end by itself, or not cleanly."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        try:
            status = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise StackFailed(f"The stack did not stop within {STOP_SECONDS:.0f} s.") from None
        if status != 0:
            raise StackFailed(f"The stack ended with exit status {status}: {self.said()}")

    def find(self, role: str) -> psutil.Process:
        """Return the process of a role, once there is one. Raises StackFailed if there is none for
        long.
        """
        deadline = time.monotonic() + ROLE_SECONDS
        while time.monotonic() < deadline:
            if not self.is_running():
                raise StackFailed(f"The supervisor has ended: {self.said()}")
            for process in self.supervisor.children():
                if is_of_role(process, role):
                    return process
            time.sleep(LOOK_SECONDS)
        raise StackFailed(f"There has been no {role} for {ROLE_SECONDS:.0f} s: {self.said()}")

    def tree(self, role: str) -> list[psutil.Process]:
        """Return the process of a role and all its descendants."""
        root = self.find(role)
        try:
            return [root, *root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return [root]

    def _environment(self) -> dict[str, str]:
        """Return an environment without a developer's own settings, except the converted
        network.
        """
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(PREFIX) or name == CACHE_VARIABLE
        }
        return {**inherited, **self._settings, "PYTHONPATH": str(SHIM)}


def is_of_role(process: psutil.Process, role: str) -> bool:
    """Return whether a child of the supervisor has this role."""
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        words = " ".join(process.cmdline()).split()
    except psutil.NoSuchProcess:
        return False
    names = {Path(word).name for word in words}
    return any(alternative <= names for alternative in WORDS[role])


def free_port() -> int:
    """Return a port that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
