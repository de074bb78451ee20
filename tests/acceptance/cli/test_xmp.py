"""`tagloop xmp` against a running Tagloop, with ExifTool to change and to check files."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tagloop.cli import app
from tests.acceptance.api import Api
from tests.acceptance.commands import CAT, COFFEE, PALACE, ROCKET
from tests.acceptance.conftest import Server

pytestmark = pytest.mark.acceptance

OWNER = "xmp"
FIELDS = ("Subject", "HierarchicalSubject", "TagsList")
FOREIGN = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"
    xmlns:dc="http://purl.org/dc/elements/1.1/">
   <dc:subject><rdf:Bag>
     <rdf:li>Holiday 2019</rdf:li> <!-- ours -->
   </rdf:Bag></dc:subject>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""

Tool = Callable[..., str]
Xmp = Callable[..., Result]


@pytest.fixture(scope="module")
def exiftool() -> Tool:
    """Runs ExifTool. Where it is absent the tests are skipped, but not in CI."""
    if not shutil.which("exiftool"):
        absent = "ExifTool is absent; install it with: apt-get install libimage-exiftool-perl"
        if os.environ.get("CI"):
            pytest.fail(absent)
        pytest.skip(absent)

    def run(*arguments: object) -> str:
        command = ["exiftool", "-overwrite_original", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    return run


@pytest.fixture
def xmp(server: Server) -> Xmp:
    """Runs `tagloop xmp` against the server, in this process to save its start."""

    def run(*arguments: object) -> Result:
        given = ["xmp", *map(str, arguments)]
        return CliRunner().invoke(app, given, env={"TAGLOOP_SERVER": server.url})

    return run


@pytest.fixture
def folder(tmp_path: Path, api: Api) -> Path:
    """A folder of pictures that the server has tagged, one of them with a sidecar."""
    for name, photo in {"cat": CAT, "coffee": COFFEE, "rocket": ROCKET, "palace": PALACE}.items():
        path = tmp_path / f"{name}{photo.suffix}"
        shutil.copy(photo, path)
        answer = api.upload((path.name.encode(), photo.read_bytes()), owner=OWNER, wait=60).json()
        assert answer["status"] == "tagged"
    (tmp_path / "rocket.xmp").write_text(FOREIGN)
    return tmp_path


def words(exiftool: Tool, file: Path) -> dict[str, list[str]]:
    """Return the words of each field, as ExifTool reads them."""
    (document,) = json.loads(exiftool("-json", *(f"-XMP:{field}" for field in FIELDS), file))
    listed: dict[str, Any] = {field: document.get(field, []) for field in FIELDS}
    return {k: [str(i) for i in ([v] if isinstance(v, str) else v)] for k, v in listed.items()}


def corrections(api: Api) -> set[tuple[str, str, str]]:
    """Return file name, tag and verdict of every correction of the owner's pictures."""
    return {
        (image["filename"], correction["tag"], correction["verdict"])
        for image in api.list(OWNER)
        for correction in api.get(f"/v1/images/{image['id']}/corrections")["corrections"]
    }


def test_changes_by_exiftool_become_exactly_those_corrections(
    api: Api, xmp: Xmp, exiftool: Tool, folder: Path
) -> None:
    listed = xmp("write", folder, "--owner", OWNER, "--dry-run")
    assert "4 would be written." in listed.stdout
    assert not (folder / "cat.png.xmp").exists()
    done = xmp("write", folder, "--owner", OWNER)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "4 written.\n", "")
    again = xmp("write", folder, "--owner", OWNER)
    assert again.stdout == "4 unchanged.\n"
    assert xmp("read", folder, "--owner", OWNER).stdout == "There was nothing to do.\n"
    cat = words(exiftool, folder / "cat.png.xmp")
    assert {"cat", "animal"} <= set(cat["Subject"])
    assert any(path.startswith("animal|") and "cat" in path for path in cat["HierarchicalSubject"])
    assert [path.replace("|", "/") for path in cat["HierarchicalSubject"]] == cat["TagsList"]
    assert words(exiftool, folder / "rocket.xmp")["Subject"][0] == "Holiday 2019"
    assert exiftool("-s3", "-XMP:Rating", folder / "rocket.xmp") == "4\n"
    gone = cat["HierarchicalSubject"][0]
    slug = gone.rpartition("|")[2].lower().replace(" ", "-")

    exiftool(f"-HierarchicalSubject-={gone}", "-Rating=5", folder / "cat.png.xmp")
    exiftool("-Subject+=Teapot", "-TagsList+=Things/No Such Thing", folder / "rocket.xmp")
    exiftool("-Subject-=Holiday 2019", folder / "rocket.xmp")
    exiftool("-Title=A cup", folder / "coffee.png.xmp")
    refused = xmp("write", folder, "--owner", OWNER)
    assert refused.exit_code == 1
    assert f"cat.png.xmp: {slug} was removed from it; run `tagloop xmp read`" in refused.stderr
    xmp("read", folder, "--owner", OWNER, "--dry-run")
    assert corrections(api) == set()
    read = xmp("read", folder, "--owner", OWNER)

    assert (read.exit_code, read.stderr) == (0, "")
    assert "2 corrected, 1 new words are not tags" in read.stdout
    expected = {("cat.png", slug, "remove"), ("rocket.jpg", "teapot", "add")}
    assert corrections(api) == expected
    named = xmp("read", folder, "--owner", OWNER, "--new-words")
    assert named.stdout == "1 corrected.\n"
    expected.add(("rocket.jpg", "no-such-thing", "add"))
    assert corrections(api) == expected
    assert xmp("read", folder, "--owner", OWNER).stdout == "There was nothing to do.\n"
    assert xmp("write", folder, "--owner", OWNER).exit_code == 0
    cat = words(exiftool, folder / "cat.png.xmp")
    assert gone not in cat["HierarchicalSubject"]
    assert gone.replace("|", "/") not in cat["TagsList"], "all fields are in step again"
    rocket = words(exiftool, folder / "rocket.xmp")
    assert all(any("eapot" in item for item in items) for items in rocket.values())

    restored = xmp("restore", folder)
    assert restored.stdout == "4 restored.\n"
    assert not (folder / "palace.jpg.xmp").exists(), "only Tagloop's words were in it"
    assert words(exiftool, folder / "rocket.xmp") == {
        "Subject": ["Teapot"],
        "HierarchicalSubject": [],
        "TagsList": ["Things/No Such Thing"],
    }
    assert exiftool("-s3", "-XMP:Title", folder / "coffee.png.xmp") == "A cup\n"
    assert "agloop" not in exiftool("-a", "-G1", "-s", "-XMP:all", folder)


def test_a_file_that_no_other_program_changed_is_restored_to_the_byte(
    xmp: Xmp, folder: Path
) -> None:
    (folder / "coffee.png.xmp").write_bytes(FOREIGN.encode("utf-16"))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    assert xmp("write", folder, "--owner", OWNER).exit_code == 0
    assert len(list(folder.iterdir())) == len(before) + 2
    assert xmp("restore", folder).exit_code == 0

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_an_embedded_packet_is_read_back_and_removed(
    api: Api, xmp: Xmp, exiftool: Tool, folder: Path
) -> None:
    picture = folder / "rocket.jpg"
    exiftool("-Rating=3", "-Subject=Peking", picture)
    answer = api.upload((b"rocket.jpg", picture.read_bytes()), owner="embedded", wait=60).json()
    pixels = exiftool("-s3", "-ImageDataMD5", picture)

    done = xmp("write", picture, "--embed", "--owner", "embedded")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "1 written.\n", "")
    assert exiftool("-s3", "-ImageDataMD5", picture) == pixels
    assert exiftool("-s3", "-XMP:Rating", picture) == "3\n"
    written = words(exiftool, picture)["Subject"]
    assert written[0] == "Peking"
    assert len(written) > 1
    again = xmp("write", picture, "--embed", "--owner", "embedded")
    assert again.stdout == "1 unchanged.\n", "its bytes changed, and it is known all the same"
    exiftool("-Subject+=teapot", picture)
    assert xmp("read", picture, "--embed", "--owner", "embedded").exit_code == 0
    listed = api.get(f"/v1/images/{answer['id']}/corrections")["corrections"]
    assert [(c["tag"], c["verdict"], c["user"]) for c in listed] == [("teapot", "add", "xmp")]
    assert xmp("restore", picture, "--embed").exit_code == 0
    assert words(exiftool, picture)["Subject"] == ["Peking", "teapot"]


def test_files_that_cannot_be_used_are_named_and_the_others_are_written(
    xmp: Xmp, exiftool: Tool, folder: Path
) -> None:
    (folder / "cat.png.xmp").write_text("no XML")
    (folder / "coffee.png.xmp").write_text("<a/>")
    (folder / "rocket.xmp").chmod(0o444)
    shutil.copy(PALACE, folder / "new.jpg")
    with (folder / "new.jpg").open("ab") as file:
        file.write(b"other bytes")

    done = xmp("write", folder, "--owner", OWNER)

    assert done.exit_code == 1
    assert done.stdout == (
        "1 written, 1 not in Tagloop (add them with `tagloop add`), 3 could not be used.\n"
    )
    assert sorted(line.partition(": ")[2] for line in done.stderr.splitlines()) == [
        "it has no rdf:RDF.",
        "it is not XML: syntax error: line 1, column 0.",
        "it is read-only.",
    ]
    # The palace's sidecar, beside another picture.
    (folder / "cat.png.xmp").write_bytes((folder / "palace.jpg.xmp").read_bytes())
    exiftool("-Subject+=Teapot", folder / "cat.png.xmp")
    for command in ("write", "read"):
        done = xmp(command, folder / "cat.png", "--owner", OWNER)
        assert done.exit_code == 1
        assert "was written for a picture with other bytes" in done.stderr
