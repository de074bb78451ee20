"""Contributors, and what changes when a person vouches for them."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from services.feedback.app import create_app
from shared.config import Settings
from shared.db.connection.engine import transaction
from tests.support.learning.feedback import correct, tags_of
from tests.support.pictures.rows import insert_row
from tests.support.requests.answers import get


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


def set_aside(engine: Engine, name: str) -> None:
    with transaction(engine) as connection:
        connection.execute(
            text(
                "UPDATE contributors SET set_aside_at = now(), reason = 'contradicts everybody' "
                "WHERE name = :name"
            ),
            {"name": name},
        )


def test_contributors_are_listed_those_set_aside_first(client: FlaskClient, engine: Engine) -> None:
    image = insert_row(engine)
    correct(client, image, add=["dog", "cat"], user="ada")
    correct(client, image, add=["dog"], user="bob")
    correct(client, image, add=["dog"])
    set_aside(engine, "bob")

    found = get(client, "/v1/contributors")["contributors"]

    assert [(c["user"], c["corrections"]) for c in found] == [("bob", 1), ("ada", 2), ("", 1)]
    assert found[0]["reason"] == "contradicts everybody"
    assert (found[1]["trust"], found[1]["set_aside_at"], found[1]["vouched"]) == (1, None, False)


def test_a_vouched_contributor_counts_again(client: FlaskClient, engine: Engine) -> None:
    image = insert_row(engine)
    correct(client, image, remove=["dog"], user="ada")
    correct(client, image, add=["dog"], user="a/b")
    set_aside(engine, "a/b")
    assert "dog" not in tags_of(correct(client, image, add=["cat"], user="ada"))

    answer = client.post("/v1/contributors/a/b/vouch", json={"vouched": True})

    assert answer.status_code == 200
    document = answer.get_json()
    assert (document["user"], document["vouched"], document["corrections"]) == ("a/b", True, 1)
    assert document["set_aside_at"] is document["reason"] is None
    # Their word was the latest.
    labels = get(client, "/v1/labels")["labels"]
    assert {label["tag"]: label["present"] for label in labels} == {"cat": True, "dog": True}


def test_a_contributor_without_a_name_is_reached_as_a_hyphen(
    client: FlaskClient, engine: Engine
) -> None:
    correct(client, insert_row(engine), add=["dog"])

    answer = client.post("/v1/contributors/-/vouch", json={"vouched": True})

    assert answer.get_json()["user"] == ""
    answer = client.post("/v1/contributors/-/vouch", json={"vouched": False})
    assert answer.get_json()["vouched"] is False


@pytest.mark.parametrize(
    ("user", "body", "status"),
    [
        ("nobody", {"vouched": True}, 404),
        ("%00", {"vouched": True}, 400),
        ("x" * 201, {"vouched": True}, 400),
        ("nobody", {}, 400),
        ("nobody", {"vouched": "perhaps"}, 400),
    ],
)
def test_vouching_for_an_unknown_contributor_is_refused(
    client: FlaskClient, user: str, body: dict[str, object], status: int
) -> None:
    assert client.post(f"/v1/contributors/{user}/vouch", json=body).status_code == status
