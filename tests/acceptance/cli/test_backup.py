"""`tagloop backup` of a running Tagloop, and `restore` to an empty folder."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tagloop.admin.backup.manifest import read_manifest
from tests.acceptance.api import Api, Document
from tests.acceptance.commands import COFFEE, COMMAND, ROCKET
from tests.acceptance.conftest import PROJECT_ROOT, Server, running
from tests.support.conditions import wait_for

pytestmark = pytest.mark.acceptance

RUN_SECONDS = 120.0


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command, as a person types it."""
    return subprocess.run(
        [*COMMAND, *map(os.fspath, map(str, arguments))],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def succeed(*arguments: object) -> str:
    """Run a command that has to succeed; return its output."""
    done = run(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def document_of(api: Api) -> dict[str, list[Document]]:
    """Return what a Tagloop shows to its users."""
    return {
        "images": [api.get(f"/v1/images/{image['id']}") for image in api.list("ada")],
        "models": api.get("/v1/models")["models"],
        "corrections": api.get("/v1/corrections", limit=100)["corrections"],
        "tags": [api.get("/v1/tags/morning-cup")],
        "similar": [api.get(f"/v1/images/{api.list('ada')[0]['id']}/similar")],
    }


@dataclass(frozen=True)
class BackedUp:
    """A Tagloop that was in use, what it showed, and its backup."""

    server: Server
    folder: Path
    shown: dict[str, list[Document]]
    keys: str


@pytest.fixture(scope="module")
def backed_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackedUp]:
    """A Tagloop with a learned tag and a key, backed up while it runs."""
    place = tmp_path_factory.mktemp("original")
    with running(place / "data") as server:
        api = Api(server.url)
        for photo, verdict in ((COFFEE, "add"), (ROCKET, "remove")):
            image = api.upload(photo.read_bytes(), owner="ada", wait=30).json()
            body = {verdict: ["morning cup" if verdict == "add" else "rocket"], "user": "ada"}
            assert api.post_json(f"{image['url']}/corrections", body).status == 201
        job = api.request("POST", "/v1/retrain").json()
        wait_for(
            lambda: api.get(job["url"])["status"] not in ("queued", "running"), "run", RUN_SECONDS
        )
        succeed("keys", "create", "--scope", "read", "--name", "kept", "--data", server.data)
        folder = place / "backup"
        said = succeed("backup", folder, "--data", server.data)
        assert "2 images" in said
        assert "1 keys" in said
        keys = succeed("keys", "list", "--data", server.data)
        yield BackedUp(server, folder, document_of(api), keys)


@pytest.fixture(scope="module")
def restored(backed_up: BackedUp, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that the backup was restored to."""
    data = tmp_path_factory.mktemp("restored") / "data"
    succeed("restore", backed_up.folder, "--data", data)
    return data


def test_a_restored_system_shows_the_same_and_continues(
    backed_up: BackedUp, restored: Path
) -> None:
    with running(restored) as server:
        api = Api(server.url)
        assert document_of(api) == backed_up.shown
        assert succeed("keys", "list", "--data", server.data) == backed_up.keys
        files = {
            api.request("GET", f"/v1/images/{image['id']}/file").data for image in api.list("ada")
        }
        assert files == {COFFEE.read_bytes(), ROCKET.read_bytes()}
        secret = (backed_up.server.data / "callback-secret").read_bytes()
        assert (server.data / "callback-secret").read_bytes() == secret

        # New rows are numbered after the old ones, and the worker scores with the same head.
        image = api.upload(ROCKET.read_bytes() + b"new", owner="ada", wait=30).json()
        assert image["model"] == backed_up.shown["images"][0]["model"]
        body = {"add": ["evening launch"], "user": "ada"}
        assert api.post_json(f"{image['url']}/corrections", body).status == 201
        again = api.upload(COFFEE.read_bytes(), owner="ada")
        assert again.status == 200


def test_a_second_backup_copies_only_what_is_new(backed_up: BackedUp) -> None:
    originals = {file: file.stat().st_ino for file in backed_up.folder.rglob("originals/*/*")}
    assert len(originals) == 2
    api = Api(backed_up.server.url)
    deleted = api.upload(b"\0".join([ROCKET.read_bytes(), b"x"]), owner="bob", wait=30).json()
    succeed("backup", backed_up.folder, "--data", backed_up.server.data)
    api.request("DELETE", deleted["url"])
    succeed("backup", backed_up.folder, "--data", backed_up.server.data)

    now = {file: file.stat().st_ino for file in backed_up.folder.rglob("originals/*/*")}

    # What was deleted meanwhile is in no backup that was made afterwards.
    assert now == originals


def test_a_stack_that_is_down_can_be_backed_up(restored: Path, tmp_path: Path) -> None:
    said = succeed("backup", tmp_path / "again", "--data", restored)

    images = read_manifest(tmp_path / "again").rows("images")
    assert images >= 2
    assert f"{images} images" in said


@pytest.mark.parametrize("command", ["restore", "backup"])
def test_a_refusal_is_one_sentence(backed_up: BackedUp, tmp_path: Path, command: str) -> None:
    (tmp_path / "letter.txt").touch()

    done = run(command, tmp_path, "--data", backed_up.server.data)

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert (tmp_path / "letter.txt").exists()


def test_half_a_backup_is_refused(backed_up: BackedUp, tmp_path: Path) -> None:
    (tmp_path / "half" / "tables").mkdir(parents=True)

    done = run("restore", tmp_path / "half", "--data", tmp_path / "new")

    assert done.returncode == 1
    assert "no complete backup" in done.stderr


def test_a_damaged_backup_is_refused_in_a_sentence(backed_up: BackedUp, tmp_path: Path) -> None:
    shutil.copytree(backed_up.folder, tmp_path / "damaged")
    (tmp_path / "damaged" / "tables" / "images").write_bytes(b"")

    done = run("restore", tmp_path / "damaged", "--data", tmp_path / "new")

    assert done.returncode == 1
    assert done.stderr.startswith("The backup is damaged: ")
    assert done.stderr.count("\n") == 1, done.stderr


def test_a_backup_can_be_checked_with_common_tools(backed_up: BackedUp) -> None:
    command = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
    subprocess.run(command, cwd=backed_up.folder, check=True)


def test_a_database_in_use_is_never_overwritten(backed_up: BackedUp, restored: Path) -> None:
    done = run("restore", backed_up.folder, "--data", restored)

    assert done.returncode == 1
    assert "The database is not empty" in done.stderr
    manifest = json.loads((backed_up.folder / "manifest.json").read_text())
    assert manifest["missing"] == []
