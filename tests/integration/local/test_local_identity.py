"""The user that Postgres runs as: for every user, nothing outside the data folder changes."""

import os
import pwd
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tagloop.local.datadir import DataDir, open_data_dir
from tagloop.local.errors import LocalStackError
from tagloop.local.servers import identity, postgres
from tagloop.local.supervisor.signals import SignalWatch
from tagloop.local.supervisor.supervisor import Supervisor

WAIT_SECONDS = 60.0
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another identity")


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    logs = tmp_path / "supervisor-logs"
    logs.mkdir()
    with closing(SignalWatch()) as watch:
        supervisor = Supervisor(logs, print, watch)
        yield supervisor
        supervisor.stop()


def start(supervisor: Supervisor, data: DataDir) -> None:
    postgres.start(supervisor, data)
    supervisor.wait_until(lambda: postgres.is_ready(data), "Postgres", WAIT_SECONDS)


def query(data: DataDir, sql: str) -> None:
    with closing(postgres.connect(data, "tagloop")) as database, database.cursor() as cursor:
        cursor.execute(sql)


def postmaster_owner(data: DataDir) -> int:
    """Return the user id of the running Postgres."""
    pid = (data.postgres / "postmaster.pid").read_text().split()[0]
    return Path(f"/proc/{pid}").stat().st_uid


def test_a_private_folder_stays_private_and_no_system_user_is_created(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    users = [entry.pw_name for entry in pwd.getpwall()]
    parents = [home, *home.parents, *postgres.find_binaries().parents]
    modes = {parent: parent.stat().st_mode for parent in parents}

    start(supervisor, open_data_dir(home / "data"))

    assert {parent: parent.stat().st_mode for parent in parents} == modes
    assert [entry.pw_name for entry in pwd.getpwall()] == users


@root_only
def test_root_without_user_namespaces_becomes_an_unprivileged_account(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    data = open_data_dir(home / "data")
    accounts = [way for way in identity.candidates() if way[0][0] == "--account"]
    monkeypatch.setattr(identity, "candidates", lambda: accounts)

    start(supervisor, data)

    assert postmaster_owner(data) != 0
    assert home.stat().st_mode & 0o777 == 0o700


@root_only
def test_data_made_under_one_identity_is_found_under_the_other(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = open_data_dir(tmp_path / "data")
    ways = identity.candidates()
    statements = ["CREATE TABLE kept ()", "TABLE kept", "TABLE kept", "TABLE kept"]
    for way, statement in zip((*ways, *ways), statements, strict=True):
        monkeypatch.setattr(identity, "candidates", lambda way=way: [way])
        start(supervisor, data)
        query(data, statement)
        supervisor.stop()


@root_only
def test_root_with_no_way_to_run_postgres_is_told_what_to_do(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "candidates", list)

    with pytest.raises(LocalStackError, match="start Tagloop as an ordinary user"):
        start(supervisor, open_data_dir(tmp_path))
