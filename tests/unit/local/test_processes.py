"""The supervisor, with real child processes."""

import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tagloop.local.errors import ProcessFailedError
from tagloop.local.supervisor import child
from tagloop.local.supervisor import supervisor as processes
from tagloop.local.supervisor.child import Program
from tagloop.local.supervisor.signals import SignalWatch
from tagloop.local.supervisor.supervisor import Supervisor

WAIT_SECONDS = 60.0
IGNORES_SIGTERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
WAITS_FOR_EVER = "signal.pause()"


class Terminal:
    """What the supervisor reported, in order."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, text: str) -> None:
        self.lines.append(text)


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


@pytest.fixture
def supervisor(tmp_path: Path, terminal: Terminal) -> Iterator[Supervisor]:
    with closing(SignalWatch()) as watch, watch.installed():
        supervisor = Supervisor(tmp_path, terminal, watch)
        yield supervisor
        supervisor.stop()


def python(name: str, code: str, stop_seconds: float = 10.0) -> Program:
    return Program(name, (sys.executable, "-c", code), {}, stop_seconds=stop_seconds)


def wait_for_text(supervisor: Supervisor, log: Path, text: str) -> None:
    supervisor.wait_until(lambda: text in log.read_text(), str(log), WAIT_SECONDS)


def test_a_crashed_process_is_reported_with_its_last_lines_and_started_again(
    supervisor: Supervisor, terminal: Terminal, tmp_path: Path
) -> None:
    flag = tmp_path / "crashed-once"
    code = (
        f"import pathlib, signal; flag = pathlib.Path({str(flag)!r})\n"
        "if not flag.exists(): flag.touch(); raise SystemExit('no space left on the moon')\n"
        f"print('second life', flush=True); {WAITS_FOR_EVER}"
    )

    supervisor.start(python("worker", code))
    log = tmp_path / "worker.log"
    wait_for_text(supervisor, log, "second life")

    (report,) = terminal.lines
    assert "worker ended with exit status 1" in report
    assert "no space left on the moon" in report
    assert str(log) in report


def test_the_report_names_the_signal_that_ended_a_process(
    supervisor: Supervisor, terminal: Terminal
) -> None:
    code = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"

    supervisor.start(python("worker", code))
    supervisor.wait_until(lambda: bool(terminal.lines), "report", WAIT_SECONDS)

    assert "was ended by signal SIGSEGV" in terminal.lines[0]


def test_a_process_that_keeps_crashing_ends_the_stack(
    supervisor: Supervisor, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "FIRST_RESTART_DELAY_SECONDS", 0.01)

    supervisor.start(python("beat", "raise SystemExit('broken')"))
    with pytest.raises(
        ProcessFailedError, match=r"ended 5 times in a row within 10 s of its start: beat ended"
    ):
        supervisor.supervise()

    assert len(terminal.lines) == processes.CRASH_LIMIT - 1


def test_a_full_disk_does_not_end_the_stack(
    supervisor: Supervisor, terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "FIRST_RESTART_DELAY_SECONDS", 0.01)
    # As if no disk had room enough, until there is.
    monkeypatch.setattr(processes, "MIN_FREE_BYTES", 2**62)
    room = tmp_path / "room"
    code = (
        f"import pathlib, signal, sys; pathlib.Path({str(room)!r}).exists() or sys.exit('full')\n"
    )

    supervisor.start(python("postgres", f"{code}print('up', flush=True); {WAITS_FOR_EVER}"))
    supervisor.wait_until(lambda: "is full" in "".join(terminal.lines), "report", WAIT_SECONDS)
    room.touch()

    wait_for_text(supervisor, tmp_path / "postgres.log", "up")


def test_a_process_that_starts_slowly_is_not_killed_again_and_again(
    supervisor: Supervisor, terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "STALL_SECONDS", 0.1)
    monkeypatch.setattr(processes, "PROGRESS_POLL_SECONDS", 0.01)
    started = tmp_path / "started"
    slow = f"import pathlib, time; time.sleep(1); pathlib.Path({str(started)!r}).touch()\n"

    def makes_progress() -> bool:
        if started.exists():
            signal.raise_signal(signal.SIGTERM)
        return started.exists()

    program = python("worker", slow + f"import signal; {WAITS_FOR_EVER}")
    supervisor.start(replace(program, makes_progress=makes_progress))
    supervisor.supervise()

    assert started.exists()
    assert "worker has made no progress for 0 s; killing it." in terminal.lines


def test_a_process_that_must_succeed_once_stops_the_start_when_it_fails(
    supervisor: Supervisor,
) -> None:
    supervisor.run_once(python("migrate", "print('fine')"), WAIT_SECONDS)

    code = "print('relation is missing', flush=True); raise SystemExit(3)"
    with pytest.raises(ProcessFailedError, match=r"(?s)exit status 3.*relation is missing"):
        supervisor.run_once(python("migrate", code), WAIT_SECONDS)


def test_the_report_leaves_out_what_an_earlier_run_logged(supervisor: Supervisor) -> None:
    supervisor.run_once(python("migrate", "print('of an earlier run')"), WAIT_SECONDS)

    with pytest.raises(ProcessFailedError) as caught:
        supervisor.run_once(python("migrate", "raise SystemExit('of this run')"), WAIT_SECONDS)

    assert "of this run" in str(caught.value)
    assert "of an earlier run" not in str(caught.value)


def test_processes_stop_in_reverse_order(supervisor: Supervisor, tmp_path: Path) -> None:
    order = tmp_path / "order"
    for name in ("first", "second", "third"):
        code = (
            "import signal, sys\n"
            f"def stop(*_): open({str(order)!r}, 'a').write('{name} '); sys.exit(0)\n"
            f"signal.signal(signal.SIGTERM, stop); print('up', flush=True); {WAITS_FOR_EVER}"
        )
        supervisor.start(python(name, code))
        wait_for_text(supervisor, tmp_path / f"{name}.log", "up")

    supervisor.stop()

    assert order.read_text().split() == ["third", "second", "first"]


def test_a_process_that_does_not_stop_in_time_is_killed(
    supervisor: Supervisor, terminal: Terminal, tmp_path: Path
) -> None:
    code = f"{IGNORES_SIGTERM} print('up', flush=True); {WAITS_FOR_EVER}"
    supervisor.start(python("stubborn", code, stop_seconds=0.1))
    wait_for_text(supervisor, tmp_path / "stubborn.log", "up")

    supervisor.stop()

    assert terminal.lines == ["stubborn has not stopped yet; killing it."]


def test_a_long_log_is_set_aside_at_the_next_start(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "LOG_LIMIT_BYTES", 100)
    supervisor.run_once(python("chatty", "print('x' * 200)"), WAIT_SECONDS)
    supervisor.run_once(python("chatty", "print('y')"), WAIT_SECONDS)

    assert (tmp_path / "chatty.log").read_text() == "y\n"
    assert (tmp_path / "chatty.log.1").read_text() == "x" * 200 + "\n"
