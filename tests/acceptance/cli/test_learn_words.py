"""`tagloop learn-words` on a folder of small pictures, from labels to a file that can be used."""

import json
import random
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from shared.model.words.words_file import read_words_file
from tests.acceptance.commands import CAT, COFFEE, COMMAND, PALACE, ROCKET

pytestmark = pytest.mark.acceptance

PER_WORD = 12
WORDS = {"whiskers": CAT, "breakfast": COFFEE, "launch pad": ROCKET, "pagoda": PALACE}
SECONDS = 300


def write_crops(folder: Path, photo: Path, seed: int) -> None:
    """Small pictures, cut out of a photograph."""
    folder.mkdir(parents=True)
    rng = random.Random(seed)
    with Image.open(photo) as whole:
        picture = whole.convert("RGB")
        for number in range(PER_WORD):
            side = int(min(picture.size) * rng.uniform(0.4, 0.9))
            left = rng.randint(0, picture.width - side)
            top = rng.randint(0, picture.height - side)
            crop = picture.crop((left, top, left + side, top + side)).resize((224, 224))
            crop.save(folder / f"{number}.jpg")


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("labelled")
    for seed, (word, photo) in enumerate(WORDS.items()):
        write_crops(folder / word, photo, seed)
    (folder / "pagoda" / "damaged.jpg").write_bytes(b"no picture")
    return folder


def learn(
    folder: Path, out: Path, *options: str, within: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "learn-words", str(folder), "--out", str(out), *options],
        check=False,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        cwd=within,
    )


def test_the_same_folder_gives_the_same_words_twice(labelled: Path, tmp_path: Path) -> None:
    first = learn(labelled, tmp_path / "first", "--leave-out", "breakfast")
    by_name = Path(labelled.name)
    second = learn(by_name, tmp_path / "second", "--leave-out", "breakfast", within=labelled.parent)

    assert first.returncode == second.returncode == 0, first.stderr
    file = tmp_path / "first.safetensors"
    assert file.read_bytes() == (tmp_path / "second.safetensors").read_bytes()
    provenance = json.loads((tmp_path / "first.json").read_text(encoding="utf-8"))
    words = read_words_file(file)
    assert set(words.names) == set(provenance["words"]) == {"whiskers", "launch-pad", "pagoda"}
    assert provenance["left_out"]["breakfast"]["reason"] == "left out on purpose"
    assert [Path(path).name for path in provenance["unreadable"]] == ["damaged.jpg"]
    assert "launch-pad" in first.stdout
    assert "1 picture could not be read" in second.stdout


def test_a_folder_without_labels_is_refused_in_one_sentence(tmp_path: Path) -> None:
    done = learn(tmp_path, tmp_path / "words")

    assert done.returncode == 1
    assert "has no labelled pictures" in done.stderr
    assert "Traceback" not in done.stderr
