"""`python -m deploy.grafana.build` writes the dashboards; `--check` compares them with it."""

import json
import sys
from pathlib import Path

from deploy.grafana.build.health import HEALTH
from deploy.grafana.build.learning import LEARNING
from deploy.grafana.build.panel import Dashboard
from deploy.grafana.build.throughput import THROUGHPUT

DASHBOARDS = (THROUGHPUT, LEARNING, HEALTH)
FOLDER = Path(__file__).parents[1] / "dashboards"


def render(dashboard: Dashboard) -> str:
    """Return the text of a dashboard's file."""
    return json.dumps(dashboard.to_json(), indent=2) + "\n"


def file_of(dashboard: Dashboard) -> Path:
    """Return the path of a dashboard's file."""
    return FOLDER / f"{dashboard.uid.removeprefix('tagloop-')}.json"


def main(arguments: list[str]) -> int:
    """Write all dashboards, or compare them with --check."""
    if arguments == ["--check"]:
        outdated = [d for d in DASHBOARDS if file_of(d).read_text() != render(d)]
        for dashboard in outdated:
            print(f"{file_of(dashboard)} is out of date; run: python -m deploy.grafana.build")
        return 1 if outdated else 0
    for dashboard in DASHBOARDS:
        file_of(dashboard).write_text(render(dashboard))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
