"""Metrics of processes that share a folder, some of which have ended."""

import os
import subprocess
import sys
from pathlib import Path

from shared.observability.metrics_export import MULTIPROCESS_VARIABLE

COUNT = """
import sys
from shared.observability.celery_metrics import worker_up
from shared.observability.metrics import uploads
uploads.labels("upload", "accepted").inc(2)
worker_up.labels("celery@here", "worker").set(1)
print("counted", flush=True)
sys.stdin.readline()
"""
READ = """
from prometheus_client import generate_latest
from shared.observability.metrics_export import readable_registry
print(generate_latest(readable_registry()).decode())
"""
UPLOADS = 'tagloop_uploads_total{outcome="accepted",source="upload"} 2.0'
WORKER = 'celery_worker_up{hostname="celery@here",role="worker"} 1.0'


def read(folder: Path) -> str:
    environment = os.environ | {MULTIPROCESS_VARIABLE: str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", READ], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_counters_of_a_killed_process_stay_and_its_gauges_go(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", COUNT],
        env=os.environ | {MULTIPROCESS_VARIABLE: str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "counted\n"
        while_it_lives = read(tmp_path)
        process.kill()
    afterwards = read(tmp_path)

    assert UPLOADS in while_it_lives
    assert WORKER in while_it_lives
    assert UPLOADS in afterwards
    assert WORKER not in afterwards
