"""The trainer as a process."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from shared.config import Settings
from tests.support.conditions import wait_for

ROOT = Path(__file__).parents[3]
START_SECONDS = 120.0
# Of CPU time, which does not depend on what else the machine does. A supervisor gives it five
# seconds of the clock, at a niceness of 10.
MAX_STOP_CPU_SECONDS = 1.0


def test_an_idle_trainer_needs_little_time_to_stop(settings: Settings, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "TAGLOOP_DATABASE_URL": settings.database_url,
        "TAGLOOP_BROKER_URL": settings.broker_url,
        "TAGLOOP_STORAGE_URL": settings.storage_url,
        "TAGLOOP_RETRAIN_HOUR": "",
    }
    command = [sys.executable, "-m", "celery", "-A", "services.trainer.main", "worker"]
    log = tmp_path / "trainer.log"
    with log.open("wb") as out:
        trainer = subprocess.Popen(
            [*command, "--pool", "threads", "--loglevel", "INFO"],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=out,
        )
    try:
        wait_for(lambda: b" ready." in log.read_bytes(), "the trainer", START_SECONDS)
        before = psutil.Process(trainer.pid).cpu_times()
        trainer.send_signal(signal.SIGTERM)
        _, status, usage = os.wait4(trainer.pid, 0)
    finally:
        trainer.kill()
    assert os.waitstatus_to_exitcode(status) == 0, log.read_text()
    used = usage.ru_utime + usage.ru_stime - before.user - before.system
    assert used < MAX_STOP_CPU_SECONDS
