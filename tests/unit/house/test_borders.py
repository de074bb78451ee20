"""Which module may import which, and what a web process loads."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
WEB_APPS = (
    "services.ingest.app",
    "services.compat.app",
    "services.feedback.app",
    "services.catalog.app",
    "tagloop.local.web",
)
HEAVY = ("torch", "torchvision", "timm", "open_clip", "openvino", "cv2")
MAX_MEBIBYTES = 150
# Imports the module named on the command line; with a second argument, also answers requests.
# Prints the heavy modules that were loaded, then its resident memory.
PROBE = f"""
import importlib, sys
app_module = importlib.import_module(sys.argv[1])
if len(sys.argv) > 2:
    client = app_module.create_app().test_client()
    for path in ("/healthz", "/openapi.json", "/v1/tags", "/v1/images", "/v1/models", "/nowhere"):
        client.get(path)
    client.post("/v1/images", data=open(sys.argv[2], "rb").read())
    status = client.get("/healthz").status_code
    assert status == 200, status
print([name for name in {HEAVY} if name in sys.modules])
memory = next(line for line in open("/proc/self/status") if line.startswith("VmRSS"))
print(int(memory.split()[1]) // 1024)
"""


def probe(*arguments: str, **environment: str) -> tuple[str, int]:
    """Return the loaded heavy modules, and the resident memory in MiB, of a fresh interpreter."""
    result = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded, mebibytes = result.stdout.splitlines()[-2:]
    return loaded, int(mebibytes)


@pytest.mark.parametrize("module", WEB_APPS)
def test_importing_a_web_service_loads_no_network_runtime(module: str) -> None:
    loaded, _ = probe(module)

    assert loaded == "[]"


@pytest.mark.parametrize("module", WEB_APPS)
def test_a_web_process_that_has_served_requests_stays_small(
    module: str, database: str, tmp_path: Path, photos: dict[str, Path]
) -> None:
    loaded, mebibytes = probe(
        module,
        str(photos["rocket"]),
        TAGLOOP_DATABASE_URL=database,
        TAGLOOP_STORAGE_URL=tmp_path.as_uri(),
        TAGLOOP_BROKER_URL="redis+socket:///nowhere",
    )

    assert loaded == "[]"
    assert mebibytes < MAX_MEBIBYTES


def test_the_shared_code_imports_no_service_and_no_tool() -> None:
    for path, module in imports("shared"):
        assert module.split(".")[0] not in ("services", "tagloop"), f"{path} imports {module}"


def test_services_never_import_each_other() -> None:
    for path, module in imports("services"):
        own = path.relative_to(ROOT).parts[1]
        if module.startswith("services."):
            assert module.split(".")[1] == own, f"{path} imports {module}"
        assert not module.startswith("tagloop"), f"{path} imports {module}"


def test_only_the_network_module_imports_timm_and_only_torch_code_imports_torch() -> None:
    backbone = ROOT / "services" / "worker" / "backbone"
    fit = ROOT / "services" / "trainer" / "learning" / "fitting" / "fit.py"
    for path, module in [*imports("services"), *imports("shared"), *imports("tagloop")]:
        package = module.split(".")[0]
        if package in HEAVY and package != "cv2":
            assert path.is_relative_to(backbone) or path == fit, f"{path} imports {module}"
        if package == "timm":
            assert path == backbone / "networks" / "timm_network.py", f"{path} imports {module}"
        if package == "open_clip":
            assert path == backbone / "two_towers" / "loading.py", f"{path} imports {module}"


def imports(folder: str) -> list[tuple[Path, str]]:
    """Return every module that a file of the folder imports, at any depth of its code."""
    found = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found += [(path, alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path} has a relative import"
                found += [(path, f"{node.module}.{alias.name}") for alias in node.names]
    assert found
    return found
