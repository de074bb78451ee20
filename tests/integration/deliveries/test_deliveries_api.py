"""Deliveries over HTTP."""

from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from shared.db.events.event_types import IMAGE_FAILED
from tests.support.events.events import deliveries, register, report, set_deliveries
from tests.support.pictures.rows import insert_row
from tests.support.requests.answers import get

URL = "http://127.0.0.1:1/hook"


def test_deliveries_are_listed_by_page_and_by_filter(client: FlaskClient, engine: Engine) -> None:
    first, second = register(client, URL), register(client, URL)
    image, other = insert_row(engine), insert_row(engine)
    report(engine, image)
    report(engine, other, event=IMAGE_FAILED)

    page = get(client, "/v1/deliveries?limit=3")
    rest = get(client, f"/v1/deliveries?limit=3&cursor={page['next']}")

    listed = page["deliveries"] + rest["deliveries"]
    assert [row["id"] for row in listed] == [str(row["id"]) for row in deliveries(engine)][::-1]
    assert (len(page["deliveries"]), rest["next"]) == (3, None)
    for query, count in (
        (f"endpoint={first['id']}", 2),
        (f"endpoint={second['id']}&type=image.failed", 1),
        (f"image={image}", 2),
        ("type=image.failed", 2),
        ("status=waiting", 4),
        ("status=failed", 0),
        (f"endpoint={uuid4()}", 0),
    ):
        assert len(get(client, f"/v1/deliveries?{query}")["deliveries"]) == count, query


def test_a_replayed_delivery_has_all_its_attempts_again(
    client: FlaskClient, engine: Engine
) -> None:
    register(client, URL)
    report(engine, insert_row(engine))
    set_deliveries(
        engine, "status = 'failed', attempts = 10, error = 'late', finished_at = now(), body = '{}'"
    )
    path = f"/v1/deliveries/{deliveries(engine)[0]['id']}"
    assert get(client, path)["due_at"] is None

    answer = client.post(f"{path}/replay")

    assert answer.status_code == 202
    document = answer.get_json()
    assert (document["status"], document["attempts"], document["error"]) == ("waiting", 0, None)
    assert document["due_at"]
    # What receivers may have seen before stays the same.
    assert document["message"] == {}


@pytest.mark.parametrize("query", ["cursor=x", "limit=0", "status=lost", "endpoint=1", "type=x"])
def test_an_invalid_list_is_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/v1/deliveries?{query}").status_code == 400
