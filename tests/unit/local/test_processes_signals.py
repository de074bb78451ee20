"""The supervisor's children when it gets a signal, or is killed."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tagloop.local.supervisor.child import PROJECT_ROOT

WAIT_SECONDS = 60.0
IGNORES_SIGTERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
WAITS_FOR_EVER = "import signal; signal.pause()"

SUPERVISOR_SCRIPT = """
import sys
from contextlib import closing
from pathlib import Path
from tagloop.local.supervisor.child import Program
from tagloop.local.supervisor.supervisor import Supervisor
from tagloop.local.supervisor.signals import SignalWatch

folder, code = Path(sys.argv[1]), sys.argv[2]
with closing(SignalWatch()) as watch, watch.installed():
    supervisor = Supervisor(folder, lambda text: print(text, flush=True), watch)
    supervisor.start(Program("child", (sys.executable, "-c", code), {}, stop_seconds=600))
    supervisor.supervise()
    print("stopping", flush=True)
    supervisor.stop()
"""


class RunningSupervisor:
    """A supervisor in a process of its own, with one child that holds a named pipe open."""

    def __init__(self, folder: Path, code: str) -> None:
        pipe = folder / "pipe"
        subprocess.run(["mkfifo", str(pipe)], check=True)
        holds_pipe = f"pipe = open({str(pipe)!r}, 'w'); pipe.write('u'); pipe.flush(); "
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                SUPERVISOR_SCRIPT,
                str(folder),
                f"{code}{holds_pipe}{WAITS_FOR_EVER}",
            ],
            cwd=PROJECT_ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._pipe = pipe.open("rb", buffering=0)
        assert self._pipe.read(1) == b"u"

    def wait_for_child_to_end(self) -> None:
        assert self._pipe.read() == b""


def test_no_child_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    running = RunningSupervisor(tmp_path, IGNORES_SIGTERM)

    running.process.kill()

    running.wait_for_child_to_end()
    running.process.wait(WAIT_SECONDS)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_children_and_ends_the_supervisor_with_zero(
    tmp_path: Path, number: signal.Signals
) -> None:
    running = RunningSupervisor(tmp_path, "")

    running.process.send_signal(number)

    running.wait_for_child_to_end()
    assert running.process.wait(WAIT_SECONDS) == 0


def test_a_second_ctrl_c_kills_at_once(tmp_path: Path) -> None:
    running = RunningSupervisor(tmp_path, IGNORES_SIGTERM)
    assert running.process.stdout is not None

    running.process.send_signal(signal.SIGINT)
    assert running.process.stdout.readline() == "stopping\n"
    running.process.send_signal(signal.SIGINT)

    running.wait_for_child_to_end()
    assert running.process.wait(WAIT_SECONDS) == 0
