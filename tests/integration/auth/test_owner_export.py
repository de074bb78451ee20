"""An owner's images with their tags, as a file."""

import json

import pytest
from sqlalchemy import Engine

from services.catalog.owners import export
from shared.auth.scopes import Scope
from shared.config import Settings
from tests.support.pictures.rows import insert_row, show_tag
from tests.support.requests.keys import app_with, client_of


def test_an_export_has_every_image_of_the_owner_once(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = [insert_row(engine, owner="anna/é") for _ in range(5)]
    for image in theirs:
        show_tag(engine, image, "dog")
    insert_row(engine, owner="anna")
    # Fewer at once than there are, as with many images.
    monkeypatch.setattr(export, "IMAGES_AT_ONCE", 2)
    client = app_with(settings).test_client()

    answer = client.get("/v1/owners/anna%2F%C3%A9/export")

    assert answer.mimetype == "application/jsonl"
    assert "filename*=UTF-8''tagloop-anna%2F%C3%A9.jsonl" in answer.headers["Content-Disposition"]
    images = [json.loads(line) for line in answer.text.splitlines()]
    assert [image["id"] for image in images] == [str(image) for image in theirs]
    assert [tag["tag"] for tag in images[0]["tags"]] == ["dog"]
    assert client.get("/v1/owners/nobody/export").status_code == 404


def test_an_owners_key_exports_its_own_images_only(settings: Settings, engine: Engine) -> None:
    for owner in ("anna", "bert"):
        insert_row(engine, owner=owner)
    bert = client_of(app_with(settings, auth=True), engine, Scope.READ, owner="bert")

    assert bert.get("/v1/owners/anna/export").status_code == 403
    assert len(bert.get("/v1/owners/bert/export").text.splitlines()) == 1
