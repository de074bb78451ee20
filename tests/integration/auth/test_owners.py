"""`tagloop owner`: export, erase or exclude everything of one owner."""

import json
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import Engine, text

from services.feedback.app import BLUEPRINTS as FEEDBACK
from services.trainer.learning.examples.dataset import read_data_set
from services.worker.tagging.pipeline import Pipeline
from shared.auth.scopes import Scope
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.models.stored_embeddings import sample_uncorrected
from shared.db.owners.owners import exclude, include
from shared.errors import ConfigError
from shared.storage.storage import Storage
from shared.web import create_web_app
from tagloop.admin.owners import count_owner, erase_owner, export_owner
from tests.support.pictures.rows import insert_row, set_row, store_image
from tests.support.requests.keys import app_with, client_of, make_key
from tests.support.requests.uploads import blobs

BACKBONE = 1


@pytest.fixture
def app(settings: Settings) -> Flask:
    """A service that takes corrections."""
    return create_web_app("feedback", FEEDBACK, settings)


@pytest.fixture
def owned(
    pipeline: Pipeline,
    settings: Settings,
    engine: Engine,
    storage: Storage,
    photos: dict[str, Path],
) -> dict[str, str]:
    """The ids of a picture of Ann and of one of Bob, tagged."""
    ids = {
        owner: store_image(settings, engine, storage, photos[photo].read_bytes(), owner)
        for owner, photo in (("ann", "cat"), ("bob", "coffee"))
    }
    pipeline.tag(list(ids.values()))
    return {owner: str(image_id) for owner, image_id in ids.items()}


def correct(app: Flask, image_id: str) -> None:
    """Correct a tag of an image."""
    path = f"/v1/images/{image_id}/corrections"
    assert app.test_client().post(path, json={"add": ["dress"]}).status_code == 201


def test_an_export_has_documents_corrections_and_files(
    app: Flask,
    settings: Settings,
    owned: dict[str, str],
    photos: dict[str, Path],
    tmp_path: Path,
) -> None:
    correct(app, owned["ann"])

    images = export_owner(settings, "ann", tmp_path / "export")

    assert images == 1
    [line] = (tmp_path / "export" / "images.jsonl").read_text().splitlines()
    document = json.loads(line)
    assert document["id"] == owned["ann"]
    assert "dress" in {tag["tag"] for tag in document["tags"]}
    assert document["corrections"][0]["verdict"] == "add"
    file = tmp_path / "export" / "files" / document["file"]
    assert file.read_bytes() == photos["cat"].read_bytes()


def test_an_export_overwrites_nothing(settings: Settings, tmp_path: Path) -> None:
    export_owner(settings, "ann", tmp_path / "export")

    with pytest.raises(ConfigError, match="new folder"):
        export_owner(settings, "ann", tmp_path / "export")


def test_an_image_without_a_file_is_exported_without_one(
    settings: Settings, engine: Engine, tmp_path: Path
) -> None:
    image_id = insert_row(engine, owner="ann")
    set_row(engine, image_id, "sha256 = NULL, format = NULL")

    export_owner(settings, "ann", tmp_path / "export")

    assert json.loads((tmp_path / "export" / "images.jsonl").read_text())["file"] is None


def test_an_erasure_leaves_nothing_of_the_owner_and_all_of_others(
    app: Flask, settings: Settings, engine: Engine, owned: dict[str, str], tmp_path: Path
) -> None:
    correct(app, owned["ann"])
    app.test_client().post("/v1/retag", json={"owner": "ann"})
    make_key(engine, Scope.READ, owner="ann")
    kept_key = make_key(engine, Scope.READ, owner="bob")
    with transaction(engine) as connection:
        exclude(connection, "ann")
    assert count_owner(settings, "ann") == 1

    assert erase_owner(settings, "ann") == 1

    assert count_owner(settings, "ann") == 0
    dump = json.dumps([tables(engine), [path.name for path in blobs(tmp_path)]], default=str)
    assert '"ann"' not in dump
    assert owned["ann"] not in dump
    assert owned["bob"] in dump
    assert kept_key[:12] in dump


def test_a_key_used_before_an_erasure_sends_nothing_after_it(
    settings: Settings, engine: Engine, photos: dict[str, Path]
) -> None:
    client = client_of(app_with(settings, auth=True), engine, Scope.INGEST, owner="ann")
    picture = photos["cat"].read_bytes()
    assert client.post("/v1/images", data=picture).status_code == 202

    assert erase_owner(settings, "ann") == 1

    assert client.post("/v1/images", data=picture).status_code == 401
    assert count_owner(settings, "ann") == 0


def tables(engine: Engine) -> list[object]:
    """Return every row of every table that could name an owner or an image."""
    with transaction(engine) as connection:
        names = connection.scalars(
            text("""
                SELECT table_name FROM information_schema.columns
                WHERE table_schema = 'public' AND column_name IN ('owner', 'image_id', 'id')
                  AND table_name <> 'tags'
            """)
        ).all()
        return [
            [dict(row) for row in connection.execute(text(f"SELECT * FROM {name}")).mappings()]
            for name in sorted(set(names))
        ]


def test_nothing_is_learned_from_an_excluded_owner_until_they_are_included_again(
    app: Flask, engine: Engine, owned: dict[str, str]
) -> None:
    for image_id in owned.values():
        correct(app, image_id)
    with transaction(engine) as connection:
        connection.execute(text("INSERT INTO finetune_runs (trigger) VALUES ('request')"))
        connection.execute(text("UPDATE corrections SET run_id = 1"))
        exclude(connection, "ann")

    assert learned_from(engine) == {owned["bob"]}
    with transaction(engine) as connection:
        include(connection, "ann")
    assert learned_from(engine) == set(owned.values())


def learned_from(engine: Engine) -> set[str]:
    """Return the corrected images that a fine-tune reads."""
    with transaction(engine) as connection:
        return {str(image_id) for image_id in read_data_set(connection, BACKBONE).ids}


def test_pictures_of_an_excluded_owner_are_no_background_either(
    engine: Engine, owned: dict[str, str]
) -> None:
    with transaction(engine) as connection:
        _, everybodys = sample_uncorrected(connection, BACKBONE, 10)
        exclude(connection, "ann")
        _, bobs = sample_uncorrected(connection, BACKBONE, 10)

    assert (len(everybodys), len(bobs)) == (2, 1)
    assert bobs.dtype == np.float16
