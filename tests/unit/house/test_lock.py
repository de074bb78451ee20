"""The lock files cover pyproject.toml, and nothing that needs a graphics card."""

import re
import tomllib
from itertools import chain

from tagloop.local.supervisor.child import PROJECT_ROOT

TORCH = "requirements-torch.lock"
LOCKS = ("requirements.lock", "requirements-bench.lock", TORCH)
HASHED = (*LOCKS[:2], "requirements-web.lock", "requirements-worker.lock")
NAME = re.compile(r"[A-Za-z0-9._-]+")


def normalized(requirement: str) -> str:
    found = NAME.match(requirement)
    assert found is not None
    return re.sub(r"[-_.]+", "-", found.group()).lower()


def locked_lines() -> list[str]:
    return list(chain(*(requirements(name) for name in LOCKS)))


def requirements(name: str) -> list[str]:
    """Return the requirements of a lock file, each without its hashes."""
    text = (PROJECT_ROOT / name).read_text().replace("\\\n", " ")
    lines = [line.split("--hash")[0].strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def pins(name: str) -> set[str]:
    """Return the versions in a lock file, without the platforms that they are for."""
    return {line.partition(" ;")[0] for line in requirements(name)}


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]

    assert {normalized(line) for line in asked} <= {normalized(line) for line in locked_lines()}


def test_every_line_is_one_exact_version() -> None:
    assert all(line.count("==") >= 1 and ">" not in line.split(";")[0] for line in locked_lines())


def test_every_file_but_torchs_has_to_fit_a_hash() -> None:
    for name in HASHED:
        text = (PROJECT_ROOT / name).read_text()
        assert len(requirements(name)) == len(
            re.findall(r"== *[^\n]*\\\n +--hash=sha256:", text)
        ), name
    assert {normalized(line) for line in requirements(TORCH)} == {"torch", "torchvision"}


def test_an_image_has_the_versions_that_were_tested() -> None:
    tested = pins("requirements.lock")
    for name in ("requirements-web.lock", "requirements-worker.lock"):
        assert pins(name) <= tested


def test_torch_can_be_a_cpu_build() -> None:
    names = {normalized(line) for line in locked_lines()}

    assert "torch==2.13.0" in locked_lines()
    assert "torchvision==0.28.0" in locked_lines()
    # What reads a card's figures is plain Python, and small.
    cuda = {name for name in names if name.startswith(("nvidia-", "cuda-", "triton"))}
    assert cuda <= {"nvidia-ml-py"}
