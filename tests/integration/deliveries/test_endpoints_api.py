"""Endpoints over HTTP."""

from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from shared.auth.signing import signing_key
from shared.db.connection.engine import transaction
from shared.db.events.deliveries import list_deliveries
from shared.db.events.endpoints import list_endpoints
from shared.db.owners.access import Access
from tests.support.events.events import deliveries, register, report
from tests.support.pictures.rows import insert_row
from tests.support.requests.answers import get

URL = "http://127.0.0.1:1/hook"


def test_the_secret_is_shown_once(client: FlaskClient) -> None:
    registered = register(client, URL, description="the shop")

    signing_key(registered["secret"])
    assert registered["events"] == [
        "image.tagged",
        "image.failed",
        "image.corrected",
        "model.promoted",
    ]
    [listed] = get(client, "/v1/endpoints")["endpoints"]
    assert listed == get(client, f"/v1/endpoints/{registered['id']}")
    assert listed == {name: value for name, value in registered.items() if name != "secret"}


def test_endpoints_are_listed_by_page(client: FlaskClient) -> None:
    ids = [register(client, URL)["id"] for _ in range(5)]

    page = get(client, "/v1/endpoints?limit=3")
    rest = get(client, f"/v1/endpoints?limit=3&cursor={page['next']}")

    assert [row["id"] for row in page["endpoints"] + rest["endpoints"]] == ids[::-1]
    assert (len(page["endpoints"]), rest["next"]) == (3, None)
    assert client.get("/v1/endpoints?cursor=x").status_code == 400


def test_an_owners_endpoint_receives_events_of_images_only(client: FlaskClient) -> None:
    registered = register(client, URL, owner="ada")

    assert "model.promoted" not in registered["events"]
    answer = client.post(
        "/v1/endpoints", json={"url": URL, "owner": "ada", "events": ["model.promoted"]}
    )
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": "http://10.0.0.1/"},
        {"url": "http://169.254.169.254/latest"},
        {"url": "http://[::1]/"},
        {"url": "file:///etc/passwd"},
        {"url": "http://user:word@127.0.0.1/"},
        {"url": "no url"},
        {"url": URL, "events": []},
        {"url": URL, "events": ["image.seen"]},
        {"url": URL + "x" * 2048},
        {"url": URL, "owner": "\0"},
    ],
)
def test_an_invalid_endpoint_is_refused(client: FlaskClient, body: dict[str, Any]) -> None:
    answer = client.post("/v1/endpoints", json=body)

    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert get(client, "/v1/endpoints")["endpoints"] == []


def test_only_the_given_fields_of_an_endpoint_change(client: FlaskClient, engine: Engine) -> None:
    registered = register(client, URL, owner="ada", description="the shop")
    path = f"/v1/endpoints/{registered['id']}"
    report(engine, insert_row(engine, owner="ada"))

    answer = client.patch(path, json={"url": f"{URL}/new", "events": ["image.failed"]})

    assert answer.status_code == 200
    changed = get(client, path)
    assert answer.get_json() == changed
    assert changed == {
        **{name: value for name, value in registered.items() if name != "secret"},
        "url": f"{URL}/new",
        "events": ["image.failed"],
    }
    [waiting] = get(client, "/v1/deliveries")["deliveries"]
    assert waiting["url"] == f"{URL}/new"
    wrong: list[dict[str, Any]] = [
        {"url": "http://10.0.0.1/"},
        {"events": []},
        {"events": ["model.promoted"]},
    ]
    for body in wrong:
        assert client.patch(path, json=body).status_code == 400, body
    assert get(client, path) == client.patch(path, json={}).get_json() == changed


def test_deleting_an_endpoint_deletes_its_deliveries(client: FlaskClient, engine: Engine) -> None:
    path = f"/v1/endpoints/{register(client, URL)['id']}"
    report(engine, insert_row(engine))

    assert client.delete(path).status_code == 204

    assert deliveries(engine) == []
    assert client.get(path).status_code == client.delete(path).status_code == 404


@pytest.mark.parametrize("path", ["/v1/deliveries/{}", "/v1/endpoints/{}"])
def test_missing_things_are_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path.format(uuid4())).status_code == 404
    assert client.get(path.format("nonsense")).status_code == 400


def test_a_caller_bound_to_an_owner_sees_only_that_owner(
    client: FlaskClient, engine: Engine
) -> None:
    theirs = register(client, URL, owner="ada")
    operators = register(client, URL)
    report(engine, insert_row(engine, owner="ada", callback_url=URL), insert_row(engine))

    with transaction(engine) as connection:
        seen = {
            owner: (
                [
                    str(row["id"])
                    for row in list_endpoints(connection, Access(owner), before=None, limit=10)
                ],
                len(list_deliveries(connection, Access(owner), before=None, limit=10)),
            )
            for owner in ("ada", "bob", None)
        }

    # The message about their image to the operator's endpoint is the operator's.
    assert seen == {
        "ada": ([theirs["id"]], 2),
        "bob": ([], 0),
        None: ([operators["id"], theirs["id"]], 4),
    }
