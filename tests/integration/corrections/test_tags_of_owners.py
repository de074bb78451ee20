"""Tags that belong to an owner: made, shown, searched, limited, edited for that owner alone."""

from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from services.trainer.learning.examples.dataset import read_data_set
from services.worker.tagging.pipeline import Pipeline
from shared.auth.scopes import Scope
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.storage.storage import Storage
from tests.support.learning.retagging import Retagging
from tests.support.pictures.rows import insert_row, store_image
from tests.support.requests.answers import get
from tests.support.requests.keys import app_with, client_of


@pytest.fixture
def app(settings: Settings) -> Flask:
    """All services, with keys asked for and small limits."""
    limits = {
        "max_new_tags_per_request": 5,
        "max_new_tags_per_day": 12,
        "max_tags_per_owner": 10,
        "max_tags_per_image": 8,
    }
    return app_with(settings.model_copy(update=limits), auth=True)


@pytest.fixture
def images(
    app: Flask, pipeline: Pipeline, engine: Engine, storage: Storage, photos: dict[str, Path]
) -> dict[str, UUID]:
    """A tagged picture of each of two owners."""
    settings = app.extensions["tagloop"].settings
    ids = {
        owner: store_image(settings, engine, storage, photos[photo].read_bytes(), owner)
        for owner, photo in (("alma", "cat"), ("bert", "coffee"))
    }
    pipeline.tag(list(ids.values()))
    return ids


@pytest.fixture
def alma(app: Flask, engine: Engine) -> FlaskClient:
    return client_of(app, engine, Scope.FEEDBACK, Scope.READ, owner="alma")


@pytest.fixture
def bert(app: Flask, engine: Engine) -> FlaskClient:
    return client_of(app, engine, Scope.FEEDBACK, Scope.READ, owner="bert")


@pytest.fixture
def admin(app: Flask, engine: Engine) -> FlaskClient:
    return client_of(app, engine, Scope.ADMIN)


def add(client: FlaskClient, image: UUID, *names: str, **more: object) -> dict:
    answer = client.post(f"/v1/images/{image}/corrections", json={"add": names, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.get_json())


def shown(client: FlaskClient, image: UUID) -> dict[str, str | None]:
    """Return the owner of each tag of an image, by its slug."""
    return {tag["tag"]: tag["owner"] for tag in get(client, f"/v1/images/{image}")["tags"]}


def tag_id(engine: Engine, slug: str, owner: str | None) -> int:
    with transaction(engine) as connection:
        query = text("SELECT id FROM tags WHERE slug = :slug AND owner IS NOT DISTINCT FROM :owner")
        return int(connection.execute(query, {"slug": slug, "owner": owner}).scalar_one())


def test_two_owners_have_tags_of_one_name_and_an_admin_sees_both(
    alma: FlaskClient,
    bert: FlaskClient,
    admin: FlaskClient,
    engine: Engine,
    images: dict[str, UUID],
) -> None:
    for client, owner in ((alma, "alma"), (bert, "bert")):
        add(client, images[owner], "Jaguar XJ")
        assert shown(client, images[owner])["jaguar-xj"] == owner

    assert tag_id(engine, "jaguar-xj", "alma") != tag_id(engine, "jaguar-xj", "bert")
    found = {tag["owner"] for tag in get(admin, "/v1/tags?q=jaguar-xj")["tags"]}
    assert found == {"alma", "bert"}
    assert len(get(alma, "/v1/tags?q=jaguar x")["tags"]) == 1
    assert len(get(admin, "/v1/images?tag=jaguar-xj")["images"]) == 2
    assert len(get(admin, "/v1/images?tag=jaguar-xj&owner=bert")["images"]) == 1
    assert len(get(alma, "/v1/search?q=jaguar xj")["images"]) == 1


def test_an_owners_learned_tag_is_shown_only_on_their_pictures(
    *,
    alma: FlaskClient,
    bert: FlaskClient,
    engine: Engine,
    storage: Storage,
    pipeline: Pipeline,
    app: Flask,
    photos: dict[str, Path],
    images: dict[str, UUID],
) -> None:
    add(alma, images["alma"], "shop window")
    settings = app.extensions["tagloop"].settings
    retagging = Retagging(settings, engine, storage, pipeline)
    retagging.go_live(retagging.learned(tag_id(engine, "shop-window", "alma"), bias=5))
    # Both are uploaded again by their owners, and all is re-tagged.
    fresh = {
        owner: store_image(settings, engine, storage, photos["rocket"].read_bytes(), owner)
        for owner in images
    }
    pipeline.live.look_again()
    pipeline.tag(list(fresh.values()))
    retagging.queue()
    assert not retagging.work()

    assert shown(alma, fresh["alma"])["shop-window"] == "alma"
    assert "shop-window" not in shown(bert, fresh["bert"])
    assert "shop-window" not in shown(bert, images["bert"])


def test_the_shared_tag_is_the_fallback_and_new_makes_an_own_one(
    alma: FlaskClient, bert: FlaskClient, admin: FlaskClient, images: dict[str, UUID]
) -> None:
    add(admin, images["bert"], "house style")

    add(alma, images["alma"], "House Style")
    assert shown(alma, images["alma"])["house-style"] is None

    add(alma, images["alma"], "House Style", new=True)
    assert shown(alma, images["alma"])["house-style"] == "alma"
    assert shown(bert, images["bert"])["house-style"] is None


def test_a_plural_means_the_existing_tag_and_a_typing_error_is_pointed_out(
    alma: FlaskClient, images: dict[str, UUID]
) -> None:
    said = add(alma, images["alma"], "cats")["corrections"]
    assert [(one["tag"], one["said"]) for one in said] == [("cat", "cats")]

    add(alma, images["alma"], "Grandma")
    similar = add(alma, images["alma"], "Grandam")["similar"]
    assert similar == [{"said": "Grandam", "tag": "grandma", "name": "Grandma"}]

    assert add(alma, images["alma"], "cats", new=True)["corrections"][0]["tag"] == "cats"


def test_a_flood_of_tags_is_refused_with_the_limit_in_a_sentence(
    alma: FlaskClient, images: dict[str, UUID]
) -> None:
    path = f"/v1/images/{images['alma']}/corrections"

    def refused(*names: str) -> tuple[int, str]:
        answer = alma.post(path, json={"add": names})
        return answer.status_code, answer.get_json().get("detail", "")

    assert refused(*(f"flood {n} x" for n in range(6))) == (
        409,
        "This request makes 6 new tags, but one request may make at most 5 "
        "(TAGLOOP_MAX_NEW_TAGS_PER_REQUEST).",
    )
    add(alma, images["alma"], *(f"flood {n} x" for n in range(5)))
    status, detail = refused(*(f"more {n} x" for n in range(5)))
    assert (status, "8 are allowed (TAGLOOP_MAX_TAGS_PER_IMAGE)" in detail) == (409, True)
    for n in range(5):
        alma.delete(f"/v1/tags/flood-{n}-x")
    add(alma, images["alma"], *(f"more {n} x" for n in range(5)))
    assert len(get(alma, "/v1/tags?q=more")["tags"]) == 5


@pytest.mark.parametrize(
    ("limit", "owner", "status"),
    [
        ("max_tags_per_owner", "alma", 409),
        ("max_shared_tags", None, 409),
        ("max_new_tags_per_day", "alma", 429),
    ],
)
def test_tags_beyond_a_limit_of_owner_server_or_key_are_refused(
    settings: Settings, engine: Engine, limit: str, owner: str | None, status: int
) -> None:
    app = app_with(settings, auth=True, **{limit: 2})
    image = insert_row(engine, owner="alma")
    client = client_of(app, engine, Scope.ADMIN, owner=owner)
    add(client, image, "first new", "second new")

    refused = client.post(f"/v1/images/{image}/corrections", json={"add": ["third new"]})

    assert refused.status_code == status
    assert f"TAGLOOP_{limit.upper()}" in refused.get_json()["detail"]
    assert ("Retry-After" in refused.headers) == (status == 429)
    # What is there already can still be said.
    add(client, insert_row(engine, owner="alma"), "first new")


def test_tags_are_renamed_merged_and_deleted_by_their_owner_and_published_by_an_admin(
    alma: FlaskClient,
    bert: FlaskClient,
    admin: FlaskClient,
    engine: Engine,
    images: dict[str, UUID],
) -> None:
    add(alma, images["alma"], "Grandam Rose", "Granny")

    renamed = alma.patch("/v1/tags/grandam-rose", json={"name": "Grandma Rose"})
    assert renamed.get_json()["tag"] == "grandma-rose"
    assert get(alma, "/v1/tags/grandam-rose")["name"] == "Grandma Rose"
    assert alma.patch("/v1/tags/granny", json={"name": "grandma rose"}).status_code == 409

    merged = alma.post("/v1/tags/granny/merge", json={"into": "grandma-rose"})
    assert merged.get_json()["corrections"] == 1
    assert get(alma, "/v1/tags/Granny")["aliases"] == ["Grandam Rose", "Granny"]
    assert "grandma-rose" in shown(alma, images["alma"])

    assert bert.delete("/v1/tags/grandma-rose").status_code == 404
    assert alma.patch("/v1/tags/grandma-rose", json={"shared": True}).status_code == 403
    published = admin.patch("/v1/tags/grandma-rose?owner=alma", json={"shared": True})
    assert published.get_json()["owner"] is None
    assert get(bert, "/v1/tags/grandma-rose")["owner"] is None
    assert alma.delete("/v1/tags/grandma-rose").status_code == 403

    assert admin.delete("/v1/tags/grandma-rose").status_code == 204
    assert "grandma-rose" not in shown(alma, images["alma"])
    assert alma.delete("/v1/tags/dog").status_code == 409
    edits = get(admin, "/v1/tag-edits")["edits"]
    assert [edit["action"] for edit in edits] == ["delete", "publish", "merge", "rename"]


def test_a_live_head_with_a_deleted_tag_still_works(
    *,
    alma: FlaskClient,
    engine: Engine,
    storage: Storage,
    pipeline: Pipeline,
    app: Flask,
    photos: dict[str, Path],
    images: dict[str, UUID],
) -> None:
    add(alma, images["alma"], "passing fad")
    settings = app.extensions["tagloop"].settings
    retagging = Retagging(settings, engine, storage, pipeline)
    retagging.go_live(retagging.learned(tag_id(engine, "passing-fad", "alma"), bias=5))
    pipeline.live.look_again()

    # The worker's scorer still has it at this moment.
    assert alma.delete("/v1/tags/passing-fad").status_code == 204
    fresh = store_image(settings, engine, storage, photos["rocket"].read_bytes(), "alma")
    pipeline.tag([fresh])

    assert shown(alma, fresh)
    assert "passing-fad" not in shown(alma, fresh)


def test_a_tag_with_too_few_examples_is_not_learned_at_night(
    alma: FlaskClient, engine: Engine, images: dict[str, UUID]
) -> None:
    add(alma, images["alma"], "seen once")

    with transaction(engine) as connection:
        connection.execute(text("INSERT INTO finetune_runs (trigger) VALUES ('request')"))
        connection.execute(text("UPDATE corrections SET run_id = 1"))
        # Bert's uncorrected picture is in the sample all the same.
        assert read_data_set(connection, 1).ids == ()
        assert read_data_set(connection, 1, owner="alma").ids == ()
        only = tag_id(engine, "seen-once", "alma")
        assert read_data_set(connection, 1, owner="alma", tag_id=only).ids == (images["alma"],)
