"""The data folder: its layout, its sockets, its lock."""

import os
from pathlib import Path

import pytest

from tagloop.local.datadir import UNIX_SOCKET_PATH_BYTES, locked, open_data_dir
from tagloop.local.errors import DataInUseError, LocalStackError


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_new_folder_is_private_and_has_all_parts(tmp_path: Path) -> None:
    data = open_data_dir(tmp_path / "deep" / "data")

    assert mode(data.root) == 0o700
    assert data.sockets == data.run
    assert all(part.is_dir() for part in (data.blobs, data.redis, data.logs))


def test_an_existing_folder_keeps_its_mode(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o755)

    open_data_dir(folder)

    assert mode(folder) == 0o755


@pytest.mark.parametrize("name", ["x" * 120, "Bilder von früher", "100%"])
def test_sockets_of_a_path_that_does_not_suit_them_are_in_a_private_temporary_folder(
    tmp_path: Path, name: str
) -> None:
    data = open_data_dir(tmp_path / name)

    assert data.root not in data.sockets.parents
    assert mode(data.sockets) == 0o700
    assert len(os.fsencode(data.sockets / ".s.PGSQL.5432")) <= UNIX_SOCKET_PATH_BYTES
    assert open_data_dir(tmp_path / name).sockets == data.sockets
    data.sockets.rmdir()


def test_a_socket_folder_that_others_can_enter_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 120)
    sockets = open_data_dir(folder).sockets
    sockets.chmod(0o777)

    with pytest.raises(LocalStackError, match="belongs to someone else"):
        open_data_dir(folder)

    sockets.rmdir()


@pytest.mark.parametrize("part", ["blobs", "blobs/originals", "logs/web.log", "sigv4-secret"])
def test_a_part_of_another_user_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    root = open_data_dir(tmp_path / "data").root
    (root / "blobs" / "originals").mkdir()
    (root / "logs" / "web.log").touch()
    (root / "sigv4-secret").touch()
    # Root may do everything, so the kernel cannot be asked here.
    monkeypatch.setattr(os, "access", lambda path, _: path != root / part)

    with pytest.raises(LocalStackError, match=f"cannot read and write {root / part}; give"):
        open_data_dir(root)


def test_a_path_that_is_a_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(LocalStackError, match=r"cannot be used \(.*\); choose another"):
        open_data_dir(tmp_path / "file")


def test_a_second_copy_is_told_process_id_and_port_of_the_first(tmp_path: Path) -> None:
    data = open_data_dir(tmp_path)

    with locked(data, port=8123):
        with pytest.raises(DataInUseError, match=f"process {os.getpid()} on port 8123"):
            with locked(data, port=9000):
                pytest.fail("two copies hold the lock")

    with locked(data, port=9000):
        assert (data.run / "lock").read_text() == f"pid={os.getpid()}\nport=9000\n"
