"""Embedded Postgres: a real cluster in a temporary folder."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from tagloop.local.datadir import DataDir, open_data_dir
from tagloop.local.errors import DataInUseError, MissingProgramError
from tagloop.local.servers import backing, postgres
from tagloop.local.supervisor.signals import SignalWatch
from tagloop.local.supervisor.supervisor import Supervisor

WAIT_SECONDS = 60.0


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


def query(data: DataDir, sql: str) -> object:
    """Return the first value of the result; None for a statement without one."""
    with closing(postgres.connect(data, "tagloop")) as database, database.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def test_a_new_cluster_has_pgvector_and_keeps_its_safety_settings(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    data = open_data_dir(tmp_path / "data")

    start(supervisor, data)

    assert query(data, "SELECT '[1,2]'::halfvec(2) <-> '[1,4]'") == 2.0
    assert query(data, "SELECT current_user") == "tagloop"
    assert query(data, "SHOW listen_addresses") == ""
    assert query(data, "SHOW fsync") == "on"
    assert query(data, "SHOW server_encoding") == "UTF8"


def test_a_second_start_on_the_same_data_finds_everything(tmp_path: Path) -> None:
    with backing.running(tmp_path) as data:
        query(data, "CREATE TABLE kept AS SELECT 42 AS answer")

    with backing.running(tmp_path) as data:
        assert query(data, "SELECT answer FROM kept") == 42


def test_a_second_copy_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with backing.running(tmp_path):
        with pytest.raises(DataInUseError, match=f"process {os.getpid()} "):
            with backing.running(tmp_path):
                pytest.fail("two copies run on one data folder")


def test_a_killed_postgres_comes_back_with_what_was_committed(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    data = open_data_dir(tmp_path / "data")
    start(supervisor, data)
    query(data, "CREATE TABLE kept AS SELECT 42 AS answer")
    first = postmaster_pid(data)

    os.kill(first, signal.SIGKILL)
    supervisor.wait_until(
        lambda: postgres.is_ready(data) and postmaster_pid(data) != first, "Postgres", WAIT_SECONDS
    )

    assert query(data, "SELECT answer FROM kept") == 42


def postmaster_pid(data: DataDir) -> int:
    return int((data.postgres / "postmaster.pid").read_text().split()[0])


def test_a_stale_process_id_that_another_program_has_now_does_not_stop_the_start(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    data = open_data_dir(tmp_path / "data")
    start(supervisor, data)
    left_behind = (data.postgres / "postmaster.pid").read_text().splitlines()
    supervisor.stop()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        left_behind[0] = str(other.pid)
        (data.postgres / "postmaster.pid").write_text("\n".join(left_behind) + "\n")

        start(supervisor, data)

        assert postmaster_pid(data) != other.pid
        other.kill()


def test_an_unfinished_cluster_is_created_again(supervisor: Supervisor, tmp_path: Path) -> None:
    data = open_data_dir(tmp_path / "data")
    unfinished = data.root / "postgres.unfinished"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")

    start(supervisor, data)

    assert not unfinished.exists()


@pytest.mark.parametrize("name", ["x" * 120, "Bilder von früher"])
def test_a_data_path_unsuitable_for_sockets_works(
    supervisor: Supervisor, tmp_path: Path, name: str
) -> None:
    data = open_data_dir(tmp_path / name)

    start(supervisor, data)
    assert query(data, "SELECT 1") == 1

    supervisor.stop()
    data.sockets.rmdir()


def test_a_missing_package_is_reported_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "PACKAGE", "no_such_package")

    with pytest.raises(MissingProgramError, match="make install"):
        postgres.find_binaries()


def test_a_connection_to_a_server_that_is_down_is_not_ready(tmp_path: Path) -> None:
    data = open_data_dir(tmp_path)

    assert not postgres.is_ready(data)
    with pytest.raises(psycopg2.OperationalError):
        postgres.connect(data, "tagloop")
