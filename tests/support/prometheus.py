"""A real Prometheus with the project's own configuration."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import urllib3

from tests.acceptance.conftest import PROJECT_ROOT, free_port
from tests.support.conditions import wait_for
from tests.support.requests.sending import send

PROMETHEUS = PROJECT_ROOT / "deploy" / "prometheus"
needs_prometheus = pytest.mark.skipif(
    shutil.which("promtool") is None,
    reason="Prometheus is not installed (Debian's package prometheus)",
)
# A test has no time for the ten seconds of the real file.
SCRAPE_SECONDS = 1
STOP_SECONDS = 30


@dataclass(frozen=True)
class Prometheus:
    """A running server."""

    url: str

    def get(self, path: str, **query: str) -> Any:
        """Return the data of a response of its API."""
        answer = send("GET", f"{self.url}/api/v1/{path}?{urlencode(query)}")
        document = json.loads(answer.data)
        assert document["status"] == "success", document
        return document["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Return the samples that an expression has now, without NaN."""
        result = self.get("query", query=expression)["result"]
        return [sample for sample in result if sample["value"][1] != "NaN"]

    def firing(self) -> set[str]:
        """Return the names of the alerts that fire."""
        alerts = self.get("alerts")["alerts"]
        return {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}


@contextmanager
def watching(target: str, folder: Path) -> Iterator[Prometheus]:
    """Run Prometheus on `one-machine.yml`, with another target and a shorter interval.

    target: host and port of a Tagloop.
    """
    shutil.copytree(PROMETHEUS / "rules", folder / "rules")
    config = (PROMETHEUS / "one-machine.yml").read_text().replace("127.0.0.1:8080", target)
    assert target in config
    config = re.sub(
        r"(scrape|evaluation)_(interval|timeout): \d+s", rf"\1_\2: {SCRAPE_SECONDS}s", config
    )
    (folder / "prometheus.yml").write_text(config)
    port = free_port()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'tsdb'}",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=log,
            stderr=log,
        )
    prometheus = Prometheus(f"http://127.0.0.1:{port}")
    try:
        wait_for(lambda: is_ready(prometheus.url), "Prometheus")
        yield prometheus
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def is_ready(url: str) -> bool:
    """Return whether it answers queries."""
    try:
        return urllib3.request("GET", f"{url}/-/ready", retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False
