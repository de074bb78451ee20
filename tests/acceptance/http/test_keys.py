"""A stack that asks for keys, and the commands that make them."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.api import Api
from tests.acceptance.commands import COMMAND
from tests.acceptance.conftest import PROJECT_ROOT, Server, free_port, up_command

pytestmark = pytest.mark.acceptance

REFUSAL_SECONDS = 60


def command(*arguments: str, key: str = "") -> subprocess.CompletedProcess[str]:
    """Run `tagloop` with a key."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=PROJECT_ROOT,
        env=os.environ | {"TAGLOOP_KEY": key, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def create(server: Server, *options: str) -> str:
    """Create a key."""
    done = command("keys", "create", *options, "--data", str(server.data))
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_key_is_made_used_listed_and_revoked(locked: Server, photos: dict[str, Path]) -> None:
    key = create(locked, "--scope", "ingest", "--scope", "read", "--name", "the shop")
    picture = str(photos["cat"])

    assert "Authorization" in Api(locked.url).request("GET", "/v1/images").problem(401)
    tagged = command("tag", picture, "--server", locked.url, key=key)
    assert tagged.returncode == 0, tagged.stderr
    assert "cat" in tagged.stdout
    listed = command("keys", "list", "--data", str(locked.data)).stdout
    [row] = [line for line in listed.splitlines() if "the shop" in line]
    assert key[:12] in row
    assert key not in listed

    number = row.split()[0]
    assert command("keys", "revoke", number, "--data", str(locked.data)).returncode == 0
    again = command("keys", "revoke", number, "--data", str(locked.data))
    assert again.returncode == 1
    assert "keys list" in again.stdout


def test_no_key_stands_in_any_log(locked: Server) -> None:
    key = create(locked, "--scope", "read")
    Api(locked.url).request("GET", "/v1/images", headers={"Authorization": f"Bearer {key}"})
    Api(locked.url).request("POST", "/v1/retrain", headers={"Authorization": f"Bearer {key}"})

    for log in (locked.data / "logs").iterdir():
        assert key not in log.read_text(errors="replace"), log


def test_an_owner_is_exported_and_erased(
    locked: Server, photos: dict[str, Path], tmp_path: Path
) -> None:
    key = create(locked, "--scope", "ingest", "--owner", "leaving")
    sent = Api(locked.url).request(
        "POST",
        "/v1/images",
        photos["coffee"].read_bytes(),
        {"Authorization": f"Bearer {key}"},
        wait=30,
    )
    assert sent.status == 200
    data = ("--data", str(locked.data))

    exported = command("owner", "export", "leaving", "--to", str(tmp_path / "export"), *data)
    assert exported.returncode == 0, exported.stderr
    assert len(list((tmp_path / "export" / "files").iterdir())) == 1
    erased = command("owner", "erase", "leaving", "--yes", *data)
    assert erased.returncode == 0, erased.stderr
    assert "1 pictures" in erased.stdout
    reader = create(locked, "--scope", "read")
    listed = Api(locked.url).request(
        "GET", "/v1/images", headers={"Authorization": f"Bearer {reader}"}, owner="leaving"
    )
    assert listed.json()["images"] == []


def test_without_keys_no_other_address_is_listened_on(tmp_path: Path) -> None:
    done = subprocess.run(
        [*up_command(tmp_path, free_port()), "--host", "0.0.0.0"],
        cwd=PROJECT_ROOT,
        env={name: value for name, value in os.environ.items() if name != "TAGLOOP_AUTH"},
        capture_output=True,
        text=True,
        timeout=REFUSAL_SECONDS,
        check=False,
    )

    assert done.returncode == 1
    assert "TAGLOOP_AUTH=true" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not any(tmp_path.iterdir())


def test_gunicorn_itself_refuses_to_listen_elsewhere_without_keys(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(COMMAND[0], "-m", "gunicorn", "--config", "python:shared.web.server.gunicorn_config"),
            *("--bind", f"0.0.0.0:{free_port()}", "tagloop.local.web:create_app()"),
        ],
        cwd=PROJECT_ROOT,
        env={name: value for name, value in os.environ.items() if name != "TAGLOOP_AUTH"},
        capture_output=True,
        text=True,
        timeout=REFUSAL_SECONDS,
        check=False,
    )

    assert done.returncode != 0
    assert "TAGLOOP_AUTH=true" in done.stderr
