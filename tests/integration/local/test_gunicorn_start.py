"""Gunicorn by its own command: a wrong setting ends it with one sentence."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.conftest import PROJECT_ROOT

END_SECONDS = 60


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """Start a service that cannot start."""
    return subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "gunicorn",
                "--config",
                "python:shared.web.server.gunicorn_config",
            ),
            *("--bind", "127.0.0.1:0", "services.ingest.app:create_app()"),
        ],
        cwd=PROJECT_ROOT,
        env={name: v for name, v in os.environ.items() if "MULTIPROC" not in name} | environment,
        capture_output=True,
        text=True,
        timeout=END_SECONDS,
        check=False,
    )


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("TAGLOOP_LANES", "many", "TAGLOOP_LANES is 'many'"),
        ("TAGLOOP_DATABASE_URL", "nonsense", "TAGLOOP_DATABASE_URL cannot be understood"),
        ("TAGLOOP_STORAGE_URL", "ftp://host", "TAGLOOP_STORAGE_URL is 'ftp://host'"),
    ],
)
def test_a_wrong_setting_ends_gunicorn_without_a_traceback(
    tmp_path: Path, variable: str, value: str, sentence: str
) -> None:
    done = start(PROMETHEUS_MULTIPROC_DIR=str(tmp_path), **{variable: value})

    assert done.returncode not in (0, None)
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_facts_that_only_an_app_knows_are_in_its_labels_and_its_json(tmp_path: Path) -> None:
    done = start(PROMETHEUS_MULTIPROC_DIR=str(tmp_path), TAGLOOP_WEBHOOK_S4_SECRET="a-token")

    lines = done.stderr.splitlines()
    assert any("there is no source 's4'; the sources are cloudinary" in line for line in lines), (
        lines
    )
    logged = [json.loads(line)["event"] for line in lines if line.startswith("{")]
    assert any("Listening at" in event for event in logged), lines


def test_several_processes_without_a_folder_for_their_counters_do_not_start() -> None:
    done = start()

    assert done.returncode != 0
    assert "PROMETHEUS_MULTIPROC_DIR is not set: name an empty folder" in done.stderr
