"""A backup is never called good if a file in it is not."""

import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from shared.config import Settings
from shared.db.connection.engine import connect_engine
from shared.db.migrate.run import migrate
from shared.errors import ConfigError, TagloopError
from shared.storage.storage import Storage, original_key
from tagloop.admin.backup.manifest import Manifest
from tagloop.admin.backup.place import SECRETS, Place
from tagloop.admin.backup.restore import restore
from tagloop.admin.backup.save import backup
from tests.support.learning.training import insert_version
from tests.support.pictures.pictures import READABLE
from tests.support.pictures.rows import store_image

PICTURES = {name: READABLE[name]() for name in ("JPEG", "PNG", "WebP")}
SECRET = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MASTER = b"a master secret of 32 characters and more"
OTHER_DIGEST = "0" * 64


@pytest.fixture
def images(settings: Settings, engine: Engine, storage: Storage) -> list[UUID]:
    """Pictures, and the first head."""
    insert_version(engine, storage)
    return [store_image(settings, engine, storage, picture) for picture in PICTURES.values()]


@pytest.fixture
def place(settings: Settings, tmp_path: Path) -> Place:
    (tmp_path / "callback-secret").write_bytes(SECRET)
    (tmp_path / "sigv4-secret").write_bytes(MASTER)
    return Place(settings, {name: tmp_path / name for name in SECRETS})


@pytest.fixture
def folder(images: list[UUID], place: Place, tmp_path: Path) -> Path:
    """A good backup."""
    made = backup(place, tmp_path / "backup")
    assert (made.blobs, made.missing, made.damaged) == (4, (), ())
    return tmp_path / "backup"


@pytest.fixture
def bring_back(
    empty_database: str, settings: Settings, tmp_path: Path
) -> Callable[[Path], Manifest]:
    """Restore a backup to an empty place."""
    storage_url = (tmp_path / "restored").as_uri()
    empty = settings.model_copy(update={"database_url": empty_database, "storage_url": storage_url})
    return lambda folder: restore(
        folder, Place(empty, {name: tmp_path / f"restored-{name}" for name in SECRETS})
    )


def original_in(folder: Path, image: UUID) -> Path:
    return folder / "blobs" / original_key(image)


def test_a_backup_comes_back_whole(
    folder: Path, bring_back: Callable[[Path], Manifest], images: list[UUID], tmp_path: Path
) -> None:
    bring_back(folder)

    restored = Storage((tmp_path / "restored").as_uri())
    assert [bytes(restored.get(original_key(i))) for i in images] == list(PICTURES.values())
    assert (tmp_path / "restored-callback-secret").read_bytes() == SECRET
    assert (tmp_path / "restored-sigv4-secret").read_bytes() == MASTER


def test_a_backup_comes_back_into_a_migrated_database(
    folder: Path, bring_back: Callable[[Path], Manifest], empty_database: str
) -> None:
    """As in containers, whose database is migrated at each start."""
    engine = connect_engine(empty_database, pool_size=1)
    migrate(engine)

    assert bring_back(folder).rows("images") == len(PICTURES)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM images")) == len(PICTURES)
    engine.dispose()


@pytest.mark.parametrize("damage", [b"", b"something else"])
@pytest.mark.parametrize("kind", ["originals", "heads"])
def test_a_file_that_was_damaged_in_the_folder_is_copied_again(
    folder: Path, place: Place, damage: bytes, kind: str
) -> None:
    damaged = next(file for file in (folder / "blobs" / kind).rglob("*") if file.is_file())
    whole = damaged.read_bytes()
    damaged.write_bytes(damage)
    # An older backup believed what it found.
    sums = (folder / "SHA256SUMS").read_text().splitlines(keepends=True)
    (folder / "SHA256SUMS").write_text("".join(line for line in sums if kind not in line))

    made = backup(place, folder)

    assert damaged.read_bytes() == whole
    assert (made.missing, made.damaged) == ((), ())


def test_damaged_files_are_named_and_not_backed_up(
    place: Place,
    images: list[UUID],
    storage: Storage,
    bring_back: Callable[[Path], Manifest],
    tmp_path: Path,
) -> None:
    storage.put(original_key(images[0]), b"something else")
    storage.delete([original_key(images[1])])
    head = next((tmp_path / "blobs" / "heads").iterdir())
    head.write_bytes(head.read_bytes()[:-1])

    made = backup(place, tmp_path / "backup")

    assert made.missing == (original_key(images[1]),)
    assert made.damaged == (f"heads/{head.name}", original_key(images[0]))
    assert not original_in(tmp_path / "backup", images[0]).exists()
    # What there is comes back.
    assert bring_back(tmp_path / "backup").rows("images") == 3


def test_a_good_file_of_an_earlier_backup_is_kept_when_the_storage_is_damaged(
    folder: Path, place: Place, images: list[UUID], storage: Storage
) -> None:
    storage.put(original_key(images[0]), b"something else")

    made = backup(place, folder)

    assert made.damaged == ()
    assert original_in(folder, images[0]).read_bytes() == PICTURES["JPEG"]


def test_leftovers_of_an_interruption_block_no_backup(folder: Path, place: Place) -> None:
    (folder / "manifest.json").unlink()
    leftovers = [
        folder / "SHA256SUMS.unfinished",
        folder / "manifest.json.unfinished",
        folder / "blobs" / "heads" / "x.unfinished",
    ]
    for file in leftovers:
        file.write_text("half")

    backup(place, folder)

    assert not any(file.exists() for file in leftovers)


@pytest.mark.parametrize("part", ["tables/images", "tables/models", "blobs/originals"])
@pytest.mark.parametrize("damage", ["missing", "truncated", "changed"])
def test_a_damaged_backup_is_refused_in_a_sentence(
    folder: Path, bring_back: Callable[[Path], Manifest], part: str, damage: str
) -> None:
    file = folder / part
    if file.is_dir():
        file = next(found for found in file.rglob("*") if found.is_file())
    content = file.read_bytes()
    if damage == "missing":
        file.unlink()
    elif damage == "truncated":
        file.write_bytes(content[: len(content) // 2])
    else:
        file.write_bytes(bytes([*content[:-9], content[-9] ^ 1, *content[-8:]]))

    with pytest.raises(ConfigError, match=r"^The backup is damaged: [^\n]+$"):
        bring_back(folder)


@pytest.mark.parametrize("name", ["manifest.json", "SHA256SUMS"])
def test_a_changed_or_truncated_list_of_a_backup_is_noticed(
    folder: Path, bring_back: Callable[[Path], Manifest], name: str
) -> None:
    content = (folder / name).read_bytes()
    ends = [content[: place + 1] for place in range(len(content) - 1) if content[place] == 10]
    changed = [
        bytes([*content[:place], content[place] ^ 1, *content[place + 1 :]])
        for place in range(0, len(content), 211)
    ]

    for damaged in (b"", *ends[-8:], *changed):
        (folder / name).write_bytes(damaged)
        with pytest.raises(ConfigError, match=r"^[^\n]+$"):
            bring_back(folder)


@pytest.mark.parametrize("manifest", ["[]", '{"format": 1}', "{", '{"format": 99}'])
def test_a_manifest_of_another_program_is_refused_in_one_sentence(
    bring_back: Callable[[Path], Manifest], manifest: str, tmp_path: Path
) -> None:
    (tmp_path / "manifest.json").write_text(manifest)

    with pytest.raises(ConfigError, match=r"^[^\n]+$"):
        bring_back(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"whsec_other", None])
def test_a_damaged_callback_secret_is_refused(
    folder: Path, bring_back: Callable[[Path], Manifest], damage: bytes | None, tmp_path: Path
) -> None:
    if damage is None:
        (folder / "callback-secret").unlink()
    else:
        (folder / "callback-secret").write_bytes(damage)

    with pytest.raises(ConfigError, match="callback-secret"):
        bring_back(folder)
    assert not (tmp_path / "restored-callback-secret").exists()


@pytest.mark.parametrize(
    "path",
    [
        "blobs/../../secret",
        "/etc/passwd",
        "blobs//etc/passwd",
        "blobs/originals/00/../../../x",
        "blobs/heads/..",
        "blobs/heads/a/b",
        "tables/../x",
        "blobs/originals/zz/nonsense",
        "",
    ],
)
def test_a_path_that_no_backup_contains_is_refused_in_one_sentence(
    folder: Path, bring_back: Callable[[Path], Manifest], path: str, tmp_path: Path
) -> None:
    with (folder / "SHA256SUMS").open("a") as sums:
        sums.write(f"{OTHER_DIGEST}  {path}\n")

    with pytest.raises(ConfigError, match="which no backup has"):
        bring_back(folder)
    assert not (tmp_path / "restored").exists()


@pytest.mark.parametrize(
    ("original", "claimed", "sentence"),
    [
        ('"schema": "', '"schema": "9', "is not the number"),
        ('"schema": "0', '"schema": "9', "does not know"),
        (None, '"schema": "0001"', "does not fit the schema"),
        ('"name": "images"', '"name": "../images"', "cannot be one"),
        ('"rows": 3', '"rows": 4', "rows, and"),
    ],
)
def test_a_manifest_of_other_contents_is_refused_in_one_sentence(
    folder: Path,
    bring_back: Callable[[Path], Manifest],
    original: str | None,
    claimed: str,
    sentence: str,
) -> None:
    """Even where the list of digests was made to fit."""
    manifest = (folder / "manifest.json").read_text()
    if original is None:
        line = next(line for line in manifest.splitlines() if '"schema"' in line)
        original = line.strip().rstrip(",")
    assert original in manifest
    false = manifest.replace(original, claimed, 1)
    (folder / "manifest.json").write_text(false)
    sums = (folder / "SHA256SUMS").read_text()
    noted, made_to_fit = (sha256(one.encode()).hexdigest() for one in (manifest, false))
    assert noted in sums
    (folder / "SHA256SUMS").write_text(sums.replace(noted, made_to_fit))

    with pytest.raises(ConfigError, match=sentence) as refused:
        bring_back(folder)
    assert "\n" not in str(refused.value)


def test_an_original_with_other_bytes_than_its_row_says_is_refused(
    folder: Path, bring_back: Callable[[Path], Manifest], images: list[UUID]
) -> None:
    """Even where the list of digests was made to fit."""
    first, second = (original_in(folder, image) for image in images[:2])
    sums = (folder / "SHA256SUMS").read_text()
    digests = {line.rpartition("/")[2]: line.partition(" ")[0] for line in sums.splitlines()}
    shutil.copyfile(second, first)
    (folder / "SHA256SUMS").write_text(sums.replace(digests[first.name], digests[second.name]))

    with pytest.raises(ConfigError, match="its row in the table images"):
        bring_back(folder)


@contextmanager
def full_disk(max_bytes: int) -> Iterator[None]:
    """No file can be longer: it fails where a full disk does."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max_bytes, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("max_bytes", [0, 100, 1000])
def test_a_full_disk_is_reported_and_leaves_no_backup_that_looks_complete(
    images: list[UUID],
    place: Place,
    tmp_path: Path,
    bring_back: Callable[[Path], Manifest],
    max_bytes: int,
) -> None:
    with full_disk(max_bytes), pytest.raises(TagloopError, match="cannot be written"):
        backup(place, tmp_path / "backup")
    with pytest.raises(ConfigError, match="no complete backup"):
        bring_back(tmp_path / "backup")

    made = backup(place, tmp_path / "backup")
    assert made.blobs == 4
    assert bring_back(tmp_path / "backup").rows("images") == 3
