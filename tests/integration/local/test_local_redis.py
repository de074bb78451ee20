"""Redis as a child process: a real server in a temporary folder."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from redis import Redis

from tagloop.local.datadir import DataDir, open_data_dir
from tagloop.local.errors import MissingProgramError
from tagloop.local.servers import redis
from tagloop.local.supervisor.signals import SignalWatch
from tagloop.local.supervisor.supervisor import Supervisor

WAIT_SECONDS = 30.0


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    return open_data_dir(tmp_path / "data")


@pytest.fixture
def supervisor(data: DataDir) -> Iterator[Supervisor]:
    with closing(SignalWatch()) as watch:
        supervisor = Supervisor(data.logs, print, watch)
        yield supervisor
        supervisor.stop()


def start(supervisor: Supervisor, data: DataDir) -> None:
    redis.start(supervisor, data)
    supervisor.wait_until(lambda: redis.is_ready(data), "Redis", WAIT_SECONDS)


@pytest.fixture
def client(data: DataDir) -> Iterator[Redis]:
    with closing(Redis(unix_socket_path=str(data.redis_socket), decode_responses=True)) as client:
        yield client


def test_the_server_listens_on_a_private_socket_alone_and_keeps_a_log(
    supervisor: Supervisor, data: DataDir, client: Redis
) -> None:
    start(supervisor, data)

    expected = {
        "port": "0",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
    }
    assert {name: client.config_get(name)[name] for name in expected} == expected
    assert data.redis_socket.stat().st_mode & 0o777 == 0o700


def test_messages_survive_a_stop(supervisor: Supervisor, data: DataDir, client: Redis) -> None:
    start(supervisor, data)
    client.lpush("tagging.bulk", "message")
    supervisor.stop()

    start(supervisor, data)

    assert client.lrange("tagging.bulk", 0, -1) == ["message"]


def test_messages_survive_a_killed_server(
    supervisor: Supervisor, data: DataDir, client: Redis
) -> None:
    start(supervisor, data)
    client.lpush("tagging.bulk", "message")
    first = client.info("server")["process_id"]

    os.kill(first, signal.SIGKILL)
    supervisor.wait_until(
        lambda: redis.is_ready(data) and client.info("server")["process_id"] != first,
        "Redis",
        WAIT_SECONDS,
    )

    assert client.lrange("tagging.bulk", 0, -1) == ["message"]


def test_a_server_on_path_comes_before_the_bundled_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = tmp_path / "valkey-server"
    server.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert redis.find_server() == server


def test_no_server_at_any_address_is_reported_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(redis, "PACKAGE", "no_such_package")

    with pytest.raises(MissingProgramError, match="install Redis"):
        redis.find_server()


def test_a_server_that_is_down_is_not_ready(data: DataDir) -> None:
    assert not redis.is_ready(data)
