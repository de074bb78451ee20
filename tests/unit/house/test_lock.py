"""The lock files cover what pyproject.toml asks for, and nothing that needs a graphics card."""

import re
import tomllib
from itertools import chain

from tagloop.local.supervisor.child import PROJECT_ROOT

LOCKS = ("requirements.lock", "requirements-bench.lock")
NAME = re.compile(r"[A-Za-z0-9._-]+")


def normalized(requirement: str) -> str:
    found = NAME.match(requirement)
    assert found is not None
    return re.sub(r"[-_.]+", "-", found.group()).lower()


def locked_lines() -> list[str]:
    lines = chain(*((PROJECT_ROOT / name).read_text().splitlines() for name in LOCKS))
    return [line for line in lines if line and not line.startswith("#")]


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]

    assert {normalized(line) for line in asked} <= {normalized(line) for line in locked_lines()}


def test_every_line_is_one_exact_version() -> None:
    assert all(line.count("==") >= 1 and ">" not in line.split(";")[0] for line in locked_lines())


def test_torch_can_be_a_cpu_build() -> None:
    names = {normalized(line) for line in locked_lines()}

    assert "torch==2.13.0" in locked_lines()
    assert "torchvision==0.28.0" in locked_lines()
    # What reads a card's figures is plain Python, and small.
    cuda = {name for name in names if name.startswith(("nvidia-", "cuda-", "triton"))}
    assert cuda <= {"nvidia-ml-py"}
