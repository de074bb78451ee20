"""The command line against a running Tagloop, with real photographs."""

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.commands import (
    CAT,
    COFFEE,
    COMMAND,
    PALACE,
    ROCKET,
    SKIMAGE,
    SKLEARN,
    Run,
)
from tests.acceptance.conftest import PROJECT_ROOT, Server, free_port

pytestmark = pytest.mark.acceptance

MANY = 600


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Three photographs, one of them twice, and files of every bad kind."""
    odd_folder = tmp_path / "2024" / os.fsdecode(b"\xff\xfe")
    odd_folder.mkdir(parents=True)
    shutil.copy(PALACE, odd_folder / os.fsdecode(b"caf\xe9.jpg"))
    shutil.copy(PALACE, tmp_path / "copy.jpg")
    shutil.copy(COFFEE, tmp_path / "without-suffix")
    shutil.copy(ROCKET, tmp_path / "2024" / "rocket.jpg")
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("hello")
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / ".thumbnails").mkdir()
    (tmp_path / "2024" / "circle").symlink_to(tmp_path)
    return tmp_path


def counts(output: str) -> dict[str, str]:
    """Return the summary of `add`, by its texts."""
    lines = [line.split(maxsplit=1) for line in output.splitlines()]
    return {text.strip(): count for count, text in lines if count[0].isdigit()}


def test_tag_shows_a_table_for_each_picture(tagloop: Run) -> None:
    done = tagloop("tag", COFFEE, CAT)
    assert done.returncode == 0, done.stderr
    coffee, cat = done.stdout.split(str(CAT))
    assert "espresso" in coffee
    assert "█" in coffee
    assert "99%" in coffee
    assert "cat" in cat


def test_tag_as_json_is_a_document_a_line(tagloop: Run, tmp_path: Path) -> None:
    text = tmp_path / "text.jpg"
    text.write_text("hello")
    done = tagloop("tag", "--json", "--min-confidence", 0, "--max-tags", 5, COFFEE, text, ROCKET)
    assert done.returncode == 1
    coffee, refused, rocket = map(json.loads, done.stdout.splitlines())
    assert [len(picture["tags"]) for picture in (coffee, rocket)] == [5, 5]
    assert coffee["tags"][0]["tag"] == "coffee"
    assert rocket["file"] == str(ROCKET)
    assert refused["status"] == "refused"
    assert refused["problem"]["status"] == 415
    assert done.stderr.startswith(f"{text} was refused: ")


def test_tag_refuses_urls_of_this_machine_and_of_other_kinds(tagloop: Run) -> None:
    done = tagloop("tag", "http://localhost/a.jpg", "ftp://example.org/a.jpg")
    assert done.returncode == 1
    local, other = done.stderr.splitlines()
    assert "not public" in local
    assert other == "ftp://example.org/a.jpg is neither a file nor an http(s) URL."


def test_add_sends_everything_once(tagloop: Run, album: Path) -> None:
    first = tagloop("add", album, "--owner", "album")
    assert first.returncode == 1, "two files were refused"
    found = counts(first.stdout)
    assert int(found["tagged"]) in (3, 4), "a copy in the same request may count as sent"
    assert int(found["sent"]) + int(found["already there"]) == 4
    assert (found["refused"], found["not pictures, by their names"]) == ("2", "1")
    assert found["hidden (names that begin with a dot)"] == "1"
    assert "refused: The file is empty." in first.stdout

    again = counts(tagloop("add", album, "--owner", "album").stdout)
    assert (again["sent"], again["already there"]) == ("0", "4")


def test_adding_good_pictures_succeeds(tagloop: Run) -> None:
    done = tagloop("add", COFFEE, ROCKET, "--owner", "well")
    assert done.returncode == 0, done.stderr
    assert counts(done.stdout)["tagged"] == "2"


def test_add_can_be_stopped_and_goes_on(server: Server, tagloop: Run, tmp_path: Path) -> None:
    photo = PALACE.read_bytes()
    # Some seconds' work, however late this test gets to stop it.
    for number in range(MANY):
        # Bytes after the end of a JPEG change its digest and nothing else.
        (tmp_path / f"{number}.jpg").write_bytes(photo + number.to_bytes(2))
    arguments = ["add", str(tmp_path), "--owner", "stopped", "--server", server.url]
    process = subprocess.Popen(
        # Where the tests run in the background of a shell, every child would ignore the signal.
        ["env", "--default-signal=INT", *COMMAND, *arguments],
        cwd=PROJECT_ROOT,
        env=os.environ | {"FORCE_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    process.stderr.read(1)  # the progress bar is drawn, so the upload has begun
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "The same command continues" in output

    done = tagloop("add", tmp_path, "--owner", "stopped")
    assert done.returncode == 0, done.stderr
    found = counts(done.stdout)
    assert int(found["sent"]) + int(found["already there"]) == MANY


def test_eval_measures_a_folder_for_each_label(tagloop: Run, tmp_path: Path) -> None:
    for label, photo in (("espresso", COFFEE), ("cat", CAT), ("gibberish", ROCKET)):
        (tmp_path / label).mkdir()
        shutil.copy(photo, tmp_path / label)
    done = tagloop("eval", tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["images"], result["top1"], result["recall"]) == (2, 1, 1)
    assert result["unknown_labels"] == {"gibberish": 1}
    assert "gibberish" in done.stderr


def test_eval_prints_the_figures_of_a_csv_as_a_table(tagloop: Run, tmp_path: Path) -> None:
    csv = tmp_path / "labels.csv"
    csv.write_text(f"path,label\n{COFFEE},n07920052\n")
    done = tagloop("eval", "--csv", csv)
    assert done.returncode == 0, done.stderr
    assert "top-1" in done.stdout
    assert "100.0%" in done.stdout


@pytest.mark.parametrize("arguments", [("tag", COFFEE), ("add", SKLEARN), ("eval", SKIMAGE.parent)])
def test_a_missing_server_is_reported_in_one_sentence(
    tagloop: Run, arguments: tuple[object, ...]
) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    done = tagloop(*arguments, "--server", address)
    assert done.returncode == 1
    assert done.stderr.startswith(f"No Tagloop answers at {address}. Start one (make up, ")
    assert not done.stdout
