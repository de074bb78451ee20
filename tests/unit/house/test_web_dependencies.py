"""The image of the web services has every package that they import."""

import os
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.acceptance.conftest import PROJECT_ROOT

# What the services of docker-compose.yml that use that image start.
MODULES = (
    "services.catalog.app",
    "services.compat.app",
    "services.feedback.app",
    "services.ingest.app",
    "shared.db.migrate",
    "tagloop.cli",
    "tagloop.commands.admin.backup",
    "tagloop.admin.deployment_secrets",
    "shared.web.server.gunicorn_config",
)
OURS = ("services", "shared", "tagloop")
# Imports the module named first, as if all modules named after it were not installed.
PROBE = """
import importlib, sys
module, *absent = sys.argv[1:]
sys.modules.update(dict.fromkeys(absent))
importlib.import_module(module)
"""


def installed_with(requirement: Requirement, seen: set[str]) -> set[str]:
    """Return the names of a distribution and of its dependencies."""
    name = canonicalize_name(requirement.name)
    key = f"{name}[{','.join(sorted(requirement.extras))}]"
    if key in seen:
        return seen
    seen |= {key, name}
    try:
        needed = [Requirement(line) for line in requires(name) or []]
    except PackageNotFoundError:
        return seen
    for other in needed:
        extras = requirement.extras or {""}
        if other.marker is None or any(other.marker.evaluate({"extra": e}) for e in extras):
            installed_with(other, seen)
    return seen


@pytest.mark.parametrize("module", MODULES)
def test_it_imports_only_what_every_service_has(module: str) -> None:
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())["project"]
    there: set[str] = set()
    for line in project["dependencies"]:
        installed_with(Requirement(line), there)

    absent = [
        top
        for top, owners in packages_distributions().items()
        if not there.intersection(map(canonicalize_name, owners)) and top not in OURS
    ]
    assert "torch" in absent

    done = subprocess.run(
        [sys.executable, "-c", PROBE, module, *absent],
        cwd=PROJECT_ROOT,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
