"""`tagloop correct`, `search`, `export` and `import-labels` against a running Tagloop."""

import csv
import hashlib
import json
import shutil
from pathlib import Path

import pytest

from tests.acceptance.api import Api, Document
from tests.acceptance.commands import CAT, COFFEE, ROCKET, Run

pytestmark = pytest.mark.acceptance

UNKNOWN_ID = "01a200d7-6afa-76fe-9ba0-327254191830"
DECIDED: tuple[float, str] = (1.0, "user")


def upload(api: Api, photo: Path, owner: str) -> Document:
    """Upload the photograph; return the id of the tagged image."""
    return api.upload(photo.read_bytes(), owner=owner, wait=30).json()


def tags_of(api: Api, image: Document) -> dict[str, tuple[float, str]]:
    """Return confidence and source by slug."""
    tags = api.get(f"/v1/images/{image['id']}")["tags"]
    return {tag["tag"]: (tag["confidence"], tag["source"]) for tag in tags}


def test_correct_changes_the_tags_and_undo_takes_it_back(api: Api, tagloop: Run) -> None:
    image = upload(api, COFFEE, "correct")
    before = tags_of(api, image)
    assert before["espresso"][1] == "model"

    done = tagloop(
        *("correct", image["id"], "--user", "ada"),
        *("--remove", "espresso", "--add", "Flat White", "--add", "teapot"),
    )
    assert done.returncode == 0, done.stderr
    assert "Flat White" in done.stdout
    assert "espresso" not in done.stdout
    after = tags_of(api, image)
    assert after["flat-white"] == after["teapot"] == DECIDED
    assert "espresso" not in after

    undone = tagloop(
        *("correct", image["id"], "--user", "ada"),
        *("--undo", "espresso", "--undo", "flat white", "--undo", "teapot"),
    )
    assert undone.returncode == 0, undone.stderr
    assert tags_of(api, image) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("correct", UNKNOWN_ID, "--add", "cat"),
        ("correct", "no-id", "--add", "cat"),
        ("correct", "IMAGE"),
        ("correct", "IMAGE", "--remove", "no-such-tag"),
        ("correct", "IMAGE", "--add", "cat", "--remove", "cat"),
        ("correct", "IMAGE", "--add", "\x1b[2J"),
        ("import-labels", "/no/such/file.csv"),
        ("export", "/no/such/folder/file.csv"),
        ("search", "qwertz"),
        ("search", "cat", "rocket", "teapot"),
    ],
)
def test_invalid_input_is_reported_in_one_sentence(
    api: Api, tagloop: Run, arguments: tuple[str, ...]
) -> None:
    image = upload(api, COFFEE, "sense")["id"]

    done = tagloop(*(image if argument == "IMAGE" else argument for argument in arguments))

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert not done.stdout


def test_search_lists_the_pictures_that_show_every_word(api: Api, tagloop: Run) -> None:
    rocket = upload(api, ROCKET, "search")

    done = tagloop("search", "rocket", "--limit", 500)

    assert done.returncode == 0, done.stderr
    line = next(line for line in done.stdout.splitlines() if rocket["id"] in line)
    assert "photo.jpg" in line


def test_labels_come_in_by_id_digest_and_path(api: Api, tagloop: Run, tmp_path: Path) -> None:
    images = {photo: upload(api, photo, "import") for photo in (COFFEE, CAT, ROCKET)}
    shutil.copy(ROCKET, tmp_path / "röcket.jpg")
    digest = hashlib.sha256(CAT.read_bytes()).hexdigest()
    file = tmp_path / "labels.csv"
    file.write_text(
        "Image,SHA256,path,tag,present\n"
        f"{images[COFFEE]['id']},,,latte,\n"
        f"{images[COFFEE]['id']},,,espresso,0\n"
        f"{UNKNOWN_ID},{digest},,Chelsea,yes\n"
        ",,röcket.jpg,teapot,1\n"
        ",,röcket.jpg,Teapot,0\n"
    )

    done = tagloop("import-labels", file, "--owner", "import", "--user", "ada")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Imported labels: 5.\n"
    coffee = tags_of(api, images[COFFEE])
    assert coffee["latte"] == DECIDED
    assert "espresso" not in coffee
    assert tags_of(api, images[CAT])["chelsea"] == DECIDED
    assert "teapot" not in tags_of(api, images[ROCKET]), "the last line counts"


def test_an_object_is_the_file_of_the_same_key(api: Api, tagloop: Run, tmp_path: Path) -> None:
    (tmp_path / "bucket" / "2026").mkdir(parents=True)
    shutil.copy(CAT, tmp_path / "bucket" / "2026" / "1.png")
    shutil.copy(COFFEE, tmp_path / "bucket" / "1.png")
    image = upload(api, CAT, "manifest")
    job = {"class-name": "Chelsea", "human-annotated": "yes"}
    file = tmp_path / "labels.manifest"
    line = {"source-ref": "s3://photos/old/2026/1.png", "who": 1, "who-metadata": job}
    file.write_text(json.dumps(line))

    done = tagloop("import-labels", file, "--pictures", tmp_path / "bucket", "--owner", "manifest")

    assert (done.returncode, done.stdout) == (0, "Imported labels: 1.\n"), done.stderr
    assert tags_of(api, image)["chelsea"] == DECIDED


def test_lines_that_cannot_be_used_are_named_and_the_others_count(
    api: Api, tagloop: Run, tmp_path: Path
) -> None:
    image = upload(api, COFFEE, "lines")
    (tmp_path / "new.jpg").write_bytes(COFFEE.read_bytes() + b"!")
    file = tmp_path / "labels.csv"
    lines = [
        f"{image['id']},,,latte,1",
        f"{image['id']},,,no-such-tag,0",
        f"{image['id']},,,x,perhaps",
        f"{image['id']},,,{'x' * 10_000},1",
        f"{image['id']},,,,1",
        f"{UNKNOWN_ID},,,latte,1",
        "no-id,,,latte,1",
        ",abc,,latte,1",
        ",,new.jpg,latte,1",
        ",,missing.jpg,latte,1",
        ",,,latte,1",
        f"{image['id']},,,cup,1",
    ]
    file.write_text("\n".join(["image,sha256,path,tag,present", *lines]))

    done = tagloop("import-labels", file, "--owner", "lines")

    assert done.returncode == 1
    assert done.stdout == "Imported labels: 2; unusable lines: 10.\n"
    named = [line.removeprefix(f"{file}:").partition(":")[0] for line in done.stderr.splitlines()]
    assert named == [str(number) for number in range(3, 13)]
    assert {"latte", "cup"} <= tags_of(api, image).keys()


@pytest.mark.parametrize("text", ["", "a.jpg,dog\n", "tag\ndog\n", "path\na.jpg\n", "\0\n"])
def test_a_file_without_a_header_is_refused(tagloop: Run, tmp_path: Path, text: str) -> None:
    file = tmp_path / "labels.csv"
    file.write_text(text)

    done = tagloop("import-labels", file)

    assert done.returncode == 1
    assert done.stderr.startswith(str(file))
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["labels.csv", "labels.jsonl", "labels.json"])
def test_exported_labels_can_be_imported_elsewhere(
    api: Api, tagloop: Run, tmp_path: Path, name: str
) -> None:
    image = upload(api, COFFEE, "export")
    assert tagloop("correct", image["id"], "--add", "latte", "--remove", "cup").returncode == 0
    file = tmp_path / name
    assert tagloop("export", file).returncode == 0
    if name == "labels.csv":
        assert tagloop("export").stdout == file.read_text()
        rows = [row for row in csv.DictReader(file.open()) if row["image"] == image["id"]]
        listed = sorted((row["tag"], row["present"]) for row in rows)
        assert listed == [("cup", "0"), ("latte", "1")]
        assert {row["owner"] for row in rows} == {"export"}

    # Another owner's image has the same bytes and another id.
    other = upload(api, COFFEE, name)
    done = tagloop("import-labels", file, "--owner", name)

    tags = tags_of(api, other)
    assert tags["latte"] == DECIDED, done.stderr
    assert "cup" not in tags
