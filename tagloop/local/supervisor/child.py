"""One child process: what to run, its log file, how it ended."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launch.py")
PROJECT_ROOT = Path(__file__).parents[3]
LOG_LIMIT_BYTES = 10 * 1024 * 1024
TAIL_BYTES = 8 * 1024
TAIL_LINES = 15


@dataclass(frozen=True)
class Program:
    """What to run, and how to stop it.

    stop_seconds: how long it may take to end after `stop_signal`, before it is killed.
    death_signal: what the kernel sends it when the supervisor itself is killed.
    identity: options of launch.py that make the process another user.
    niceness: 0 to 19; how much CPU time it leaves to other processes.
    makes_progress: whether it works; a process that lives without progress is restarted.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0
    death_signal: signal.Signals = signal.SIGKILL
    identity: tuple[str, ...] = ()
    niceness: int = 0
    makes_progress: Callable[[], bool] | None = None


class Child:
    """A running program, in a session of its own so that Ctrl-C reaches only the supervisor."""

    def __init__(self, program: Program, logs: Path) -> None:
        self.program = program
        self.started = time.monotonic()
        self._log_path = logs / f"{program.name}.log"
        rotate(self._log_path)
        with self._log_path.open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                launch_command(program),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=program.environment,
                cwd=PROJECT_ROOT,
                start_new_session=True,
            )

    def poll(self) -> int | None:
        """Return the exit status (negative: the signal that ended it), or None while it runs.

        The rest of its process group is killed: an orphan might hold the port.
        """
        if self._process.returncode is None and has_ended(self._process.pid):
            # Until the status is collected below, no other process can get the id of this group.
            signal_group(self._process.pid, signal.SIGKILL)
        return self._process.poll()

    def request_stop(self) -> None:
        """Ask the process to end."""
        self._process.send_signal(self.program.stop_signal)

    def kill(self) -> None:
        """End the process and its group at once."""
        if self._process.returncode is None:
            signal_group(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def log_tail(self) -> str:
        """Return the last lines that this process logged, each indented."""
        with self._log_path.open("rb") as log:
            log.seek(max(self._log_start, self._log_path.stat().st_size - TAIL_BYTES))
            lines = log.read().decode(errors="replace").splitlines()
        return "\n".join(f"    {line}" for line in lines[-TAIL_LINES:])

    def describe_end(self) -> str:
        """Return how the process ended, and the last lines of its log."""
        status = self._process.returncode
        if status is not None and status < 0:
            how = f"was ended by signal {signal.Signals(-status).name}"
        else:
            how = f"ended with exit status {status}"
        return f"{self.program.name} {how}. The end of {self._log_path}:\n{self.log_tail()}"


def launch_command(program: Program) -> list[str]:
    """Return the program's command behind the launcher that ties its life to this process."""
    return [
        *(sys.executable, "-I", "-S", str(LAUNCHER)),
        *("--parent", str(os.getpid())),
        *("--death-signal", str(int(program.death_signal))),
        *("--niceness", str(program.niceness)),
        *program.identity,
        *("--", *program.command),
    ]


def rotate(log: Path) -> None:
    """Move a log that has grown too long aside; one older log is kept."""
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".log.1"))


def has_ended(pid: int) -> bool:
    """Return whether the child has ended, without collecting its status."""
    options = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return os.waitid(os.P_PID, pid, options) is not None


def signal_group(group: int, number: signal.Signals) -> None:
    """Send a signal to a process group that may have no member left."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return
