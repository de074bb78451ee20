"""docker-compose.yml and the Dockerfile, as far as they can be checked without an engine."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from shared.config import PREFIX, Settings
from shared.config.unknown import OTHERS
from tests.compose.file import (
    COMPOSE_FILE,
    PROJECT_ROOT,
    find_service,
    read_compose,
    split_command,
)

DOCKERFILE = PROJECT_ROOT / "deploy" / "docker" / "Dockerfile"
PROGRAMS = Path(sys.executable).parent
SERVICES: dict[str, dict[str, Any]] = read_compose()["services"]
# They end by themselves.
ONCE = ("secrets", "migrate")
# Services that run an image of this project.
OWN = [name for name, service in SERVICES.items() if service["image"].startswith("tagloop-")]
# The image's own start needs rights to take its data folder over and become its user.
STARTS_AS_ROOT = ("postgres",)


def test_the_file_fits_the_compose_specification() -> None:
    command = [str(PROGRAMS / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec"]
    subprocess.run([*command, str(COMPOSE_FILE)], check=True)


def test_the_dockerfile_is_clean() -> None:
    subprocess.run([str(PROGRAMS / "hadolint"), str(DOCKERFILE)], check=True)


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_limited_and_comes_back(name: str) -> None:
    service = SERVICES[name]

    assert "mem_limit" in service
    assert service["logging"]["options"]["max-size"]
    assert service["restart"] == ("no" if name in ONCE else "unless-stopped")
    assert re.search(r":[\w.-]*\d", service["image"]), "the image's version is not pinned"
    assert "latest" not in service["image"]
    if name not in ONCE:
        assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    if name not in STARTS_AS_ROOT:
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("name", SERVICES)
def test_its_settings_exist_and_hold_no_secret(name: str) -> None:
    for variable, value in SERVICES[name].get("environment", {}).items():
        assert "PASSWORD" not in variable or variable.endswith("_FILE")
        assert "SECRET" not in variable or variable.endswith("_FILE")
        if name not in ("grafana",) and variable.startswith(PREFIX):
            field = variable.removeprefix(PREFIX).removesuffix("_FILE").lower()
            assert field in Settings.model_fields or variable in OTHERS, variable
        assert "://" not in str(value) or "@" not in str(value), "a password in an address"


def test_only_the_proxy_can_listen_on_other_addresses() -> None:
    for name, service in SERVICES.items():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), name


def test_every_volume_and_dependency_exists() -> None:
    volumes = read_compose()["volumes"]
    for service in SERVICES.values():
        for mount in service.get("volumes", []):
            source = mount.partition(":")[0]
            exists = (PROJECT_ROOT / source).exists() if source[0] == "." else source in volumes
            assert exists, mount
        assert set(service.get("depends_on", {})) <= set(SERVICES)


def test_every_command_line_can_be_split_as_compose_splits_it() -> None:
    for name, service in SERVICES.items():
        if "command" in service:
            assert find_service(name).command


def test_a_command_line_that_compose_refuses_is_refused() -> None:
    with pytest.raises(ValueError, match="outside quotes"):
        split_command("gunicorn services.catalog.app:create_app()")
    assert split_command("gunicorn 'services.catalog.app:create_app()'") == [
        "gunicorn",
        "services.catalog.app:create_app()",
    ]


def test_temporary_folders_take_their_mode_from_the_image() -> None:
    # An option mode= is lost when a container of an older engine starts a second time, and a
    # read-only image has no room for a mount point that it lacks.
    made = re.findall(r"--directory --mode 1777 (.*)", DOCKERFILE.read_text())
    mounts = {mount for name in OWN for mount in SERVICES[name].get("tmpfs", [])}

    assert mounts == {"/tmp", *made}


def test_each_docker_image_is_built_by_one_service() -> None:
    built = Counter(service["image"] for service in SERVICES.values() if "build" in service)
    used = {SERVICES[name]["image"] for name in OWN}

    assert dict(built) == dict.fromkeys(used, 1)


def test_prometheus_scrapes_services_of_the_file() -> None:
    config = (PROJECT_ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text()
    scraped = {
        name.strip()
        for names in re.findall(r"names: \[([^]]+)\]", config)
        for name in names.split(",")
    }

    assert scraped == {"ingest", "catalog", "feedback", "compat", "worker", "worker-gpu", "trainer"}
    assert scraped <= set(SERVICES)
