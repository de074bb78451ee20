"""The error for a person who forgot to name the data folder."""

from pathlib import Path

import pytest

from tagloop.cli import main


@pytest.mark.parametrize("command", [["keys", "list"], ["owner", "exclude", "anna"]])
def test_a_command_without_a_database_says_how_to_name_one(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    command: list[str],
) -> None:
    monkeypatch.delenv("TAGLOOP_DATABASE_URL", raising=False)
    # Where libpq looks for a socket, whatever this machine has elsewhere.
    monkeypatch.setenv("PGHOST", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["tagloop", *command])

    with pytest.raises(SystemExit) as ended:
        main()

    said = capsys.readouterr().err.splitlines()
    assert ended.value.code == 1
    assert said[0].startswith("The database does not answer: connection to server on socket")
    assert said[1:] == ["The database of a `make up` is in its folder: --data data"]


def test_a_command_for_a_stopped_stack_says_how_to_start_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18")
    monkeypatch.setattr("sys.argv", ["tagloop", "keys", "list", "--data", str(tmp_path)])

    with pytest.raises(SystemExit):
        main()

    said = capsys.readouterr().err.splitlines()
    assert said[-1] == "If Tagloop does not run there, start it: make up DATA=…"
