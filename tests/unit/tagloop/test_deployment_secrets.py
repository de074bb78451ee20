"""The secrets of a new deployment."""

from pathlib import Path

from shared.auth.signing import signing_key
from tagloop.admin.deployment_secrets import make_secrets


def read_all(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in folder.iterdir()}


def test_every_secret_is_made_once(tmp_path: Path) -> None:
    made = make_secrets(tmp_path)
    first = read_all(tmp_path)

    assert sorted(made) == sorted(first)
    assert make_secrets(tmp_path) == []
    assert read_all(tmp_path) == first


def test_the_address_has_the_password(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    found = read_all(tmp_path)

    assert f":{found['postgres_password']}@postgres/" in found["database_url"]
    assert signing_key(found["callback_secret"])


def test_two_deployments_share_no_secret(tmp_path: Path) -> None:
    for name in ("one", "two"):
        make_secrets(tmp_path / name)

    assert not set(read_all(tmp_path / "one").values()) & set(read_all(tmp_path / "two").values())
