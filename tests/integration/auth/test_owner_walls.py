"""An owner's key on every path of the API: nothing of another owner shows, nothing changes."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from services.worker.tagging.pipeline import Pipeline
from shared.auth.policy import OPEN, rule_for
from shared.auth.scopes import Scope
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.storage.storage import Storage
from tests.integration.auth.belongings import Belongings, belongings_of, register_endpoint
from tests.support.pictures.rows import set_row, store_image
from tests.support.requests.keys import app_with, client_of

METHODS = ("get", "post", "put", "patch", "delete")
# Parameters that can name what is Bert's.
QUERIES = ("owner", "user", "tag", "tags", "q")
# Their answers repeat what was asked also where it is not there.
REPEATING = {
    ("POST", "/v1/corrections/batches"),
    ("POST", "/v1/corrections"),
    ("GET", "/v1/search"),
}
# Where an owner finds what is theirs.
SHOWING = (
    "/v1/images",
    "/v1/images/{image_id}",
    "/v1/images/{image_id}/corrections",
    "/v1/search?q={slug}",
    "/v1/tags?q={owner}",
    "/v1/tags/{slug}",
    "/v1/owners/{owner}/profile",
    "/v1/owners/{owner}/export",
    "/v1/corrections",
    "/v1/labels",
    "/v1/retag",
    "/v1/retag/{job_id}",
    "/v1/review?user=somebody",
    "/v1/endpoints",
    "/v1/deliveries",
)
# Everything of Bert's.
SNAPSHOT = """
    SELECT jsonb_build_object(
        'images', (SELECT jsonb_agg(images ORDER BY id) FROM images WHERE owner = 'bert'),
        'tags', (SELECT jsonb_agg(shown_tags ORDER BY tag_id) FROM shown_tags
                 JOIN images ON images.id = image_id WHERE owner = 'bert'),
        'corrections', (SELECT jsonb_agg(corrections ORDER BY corrections.id) FROM corrections
                        JOIN images ON images.id = image_id WHERE owner = 'bert'),
        'reviewed', (SELECT jsonb_agg(reviewed) FROM reviewed
                     JOIN images ON images.id = image_id WHERE owner = 'bert'),
        'endpoints', (SELECT jsonb_agg(endpoints) FROM endpoints WHERE owner = 'bert'),
        'deliveries', (SELECT jsonb_agg(deliveries ORDER BY id) FROM deliveries
                       WHERE owner = 'bert'),
        'jobs', (SELECT jsonb_agg(retag_jobs) FROM retag_jobs WHERE owner = 'bert')
    )
"""


@pytest.fixture
def app(settings: Settings) -> Flask:
    """All services, with keys asked for."""
    return app_with(settings, auth=True, delivery_allowed_hosts=frozenset({"127.0.0.1"}))


@pytest.fixture
def put(
    pipeline: Pipeline, settings: Settings, engine: Engine, storage: Storage
) -> Callable[[str, Path], UUID]:
    """Has a photograph stored for an owner."""

    def put(owner: str, photo: Path) -> UUID:
        image_id = store_image(settings, engine, storage, photo.read_bytes(), owner)
        names = f"filename = '{owner}.jpg', hashtags = ARRAY['{owner}-hashtag']"
        set_row(engine, image_id, names)
        return image_id

    return put


@pytest.fixture
def belongings(
    app: Flask,
    engine: Engine,
    pipeline: Pipeline,
    put: Callable[[str, Path], UUID],
    photos: dict[str, Path],
) -> dict[str, Belongings]:
    """A tagged and corrected picture of each owner, a tag of their own, an endpoint, a job."""
    admin = client_of(app, engine, Scope.ADMIN)
    images = {"alma": put("alma", photos["cat"]), "bert": put("bert", photos["coffee"])}
    endpoints = {owner: register_endpoint(admin, owner) for owner in images}
    # Not corrected by anyone: these are offered for review.
    others = [put("alma", photos["rocket"]), put("bert", photos["flower"])]
    pipeline.tag([*images.values(), *others])
    return {
        owner: belongings_of(owner, app, engine, image_id, endpoints[owner])
        for owner, image_id in images.items()
    }


def closed_operations(app: Flask) -> Iterator[tuple[str, str, list[str]]]:
    """Method, path and names of query parameters of every operation that needs a key."""
    paths = app.test_client().get("/openapi.json").get_json()["paths"]
    for path, methods in paths.items():
        for method, described in methods.items():
            if method in METHODS and rule_for(method.upper(), path) != OPEN:
                parameters = described.get("parameters", ())
                queries = [p["name"] for p in parameters if p["in"] == "query"]
                yield method.upper(), path, queries


def test_no_path_shows_or_changes_another_owners_data(
    app: Flask, engine: Engine, belongings: dict[str, Belongings]
) -> None:
    alma, bert = belongings["alma"], belongings["bert"]
    client = client_of(app, engine, Scope.ADMIN, owner="alma")
    before = snapshot(engine)
    for method, path, queries in closed_operations(app):
        named = {name: bert.values["slug"] for name in queries if name in QUERIES}
        named |= {"owner": "bert"} if "owner" in queries else {}
        named |= {"image_upload_id": bert.image_id} if "image_upload_id" in queries else {}
        asks = [(bert, {}), (bert, named)]
        # Deleting her own is her right, and would leave nothing to ask about.
        asks += [(alma, {}), (alma, named)] if method == "GET" else []
        for whose, query in asks:
            answer = client.open(
                whose.fill(path), method=method, query_string=query, json=bert.body((method, path))
            )
            asked = json.dumps([whose.values, query])
            said = answer.data.decode(errors="replace")
            assert answer.status_code < 500, (method, path, said)
            repeats = answer.status_code >= 400 or (method, path) in REPEATING
            found = markers(bert, said, asked if repeats else "")
            assert not found, (method, path, query, said)

    assert snapshot(engine) == before


@pytest.mark.usefixtures("pipeline")
def test_naming_another_owner_is_refused(app: Flask, engine: Engine) -> None:
    client = client_of(app, engine, Scope.ADMIN, owner="alma")
    paths = {
        path
        for method, path, queries in closed_operations(app)
        if method == "GET" and "owner" in queries and "{" not in path
    }
    assert {"/v1/images", "/v1/search"} <= paths

    answers = {path: client.get(path, query_string={"owner": "bert"}) for path in paths}

    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(
        paths, 403
    )


def markers(whose: Belongings, said: str, asked: str) -> list[str]:
    """What an answer gives away; a refusal may repeat what the request had in it."""
    return [
        marker
        for marker in (whose.owner, whose.image_id, whose.values["endpoint_id"])
        if marker in said and marker not in asked
    ]


def snapshot(engine: Engine) -> dict[str, Any]:
    """Everything of Bert's."""
    with transaction(engine) as connection:
        found: dict[str, Any] = connection.scalar(text(SNAPSHOT))
    assert all(found.values()) or not found["reviewed"]
    return found


def test_an_owners_own_key_shows_it(
    app: Flask, engine: Engine, belongings: dict[str, Belongings]
) -> None:
    alma, bert = belongings["alma"], belongings["bert"]
    client = client_of(app, engine, Scope.ADMIN, owner="bert")

    for path in SHOWING:
        answer = client.get(bert.fill(path))

        assert answer.status_code == 200, path
        assert markers(bert, answer.text, ""), path
        assert not markers(alma, answer.text, ""), path


def test_an_owners_key_sends_for_that_owner(
    app: Flask, engine: Engine, photos: dict[str, Path]
) -> None:
    client = client_of(app, engine, Scope.INGEST, owner="alma")
    picture = photos["rocket"].read_bytes()

    accepted = client.post("/v1/images", data=picture)
    refused = client.post("/v1/images?owner=bert", data=picture)

    assert (accepted.status_code, refused.status_code) == (202, 403)
    with transaction(engine) as connection:
        assert connection.scalars(text("SELECT owner FROM images")).all() == ["alma"]


def test_a_key_of_the_owner_with_the_empty_name_is_bound_to_that_owner(
    app: Flask, engine: Engine, belongings: dict[str, Belongings]
) -> None:
    client = client_of(app, engine, Scope.ADMIN, owner="")

    assert client.get("/v1/images").get_json()["images"] == []
    assert client.get(f"/v1/images/{belongings['bert'].image_id}").status_code == 404
