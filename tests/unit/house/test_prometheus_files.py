"""Rules, alerts, dashboards and the runbook agree."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.acceptance.conftest import PROJECT_ROOT
from tests.support.prometheus import PROMETHEUS, needs_prometheus

RULES = sorted((PROMETHEUS / "rules").glob("*.yml"))
ALERTS = re.findall(r"- alert: (\w+)", (PROMETHEUS / "rules" / "alerts.yml").read_text())
RUNBOOK = (PROJECT_ROOT / "docs" / "operations" / "runbook.md").read_text()
DASHBOARDS = sorted((PROJECT_ROOT / "deploy" / "grafana" / "dashboards").glob("*.json"))


def promtool(*arguments: str | Path) -> str:
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@needs_prometheus
def test_rules_and_configurations_are_valid() -> None:
    promtool("check", "rules", *RULES)
    promtool("check", "config", PROMETHEUS / "one-machine.yml")
    promtool("check", "config", "--syntax-only", PROMETHEUS / "prometheus.yml")


@pytest.mark.parametrize("alert", ALERTS)
def test_every_alert_is_seen_firing_in_a_rule_test(alert: str) -> None:
    tests = [
        expected
        for file in (PROMETHEUS / "tests").glob("*.yml")
        for test in yaml.safe_load(file.read_text())["tests"]
        for expected in test["alert_rule_test"]
    ]

    assert any(test["alertname"] == alert and test.get("exp_alerts") for test in tests)


@needs_prometheus
def test_alerts_fire_when_they_should() -> None:
    promtool("test", "rules", *(PROMETHEUS / "tests").glob("*.yml"))


@pytest.mark.parametrize("alert", ALERTS)
def test_every_alert_has_a_section_in_the_runbook(alert: str) -> None:
    section = RUNBOOK.partition(f"\n## {alert}\n")[2].partition("\n## ")[0]

    for part in ("**Means:**", "**Look:**", "**Do:**"):
        assert part in section, f"{alert} has no {part}"


def test_the_runbook_has_no_other_alerts() -> None:
    assert sorted(re.findall(r"^## (\w+)$", RUNBOOK, re.MULTILINE)) == sorted(ALERTS)


def test_dashboards_are_as_the_code_writes_them() -> None:
    command = [sys.executable, "-m", "deploy.grafana.build", "--check"]
    done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_panels_do_not_overlap() -> None:
    for file in DASHBOARDS:
        cells: set[tuple[int, int]] = set()
        for panel in json.loads(file.read_text())["panels"]:
            place = panel["gridPos"]
            own = {
                (place["x"] + column, place["y"] + row)
                for column in range(place["w"])
                for row in range(place["h"])
            }
            assert not own & cells, (file.name, panel["title"])
            cells |= own
