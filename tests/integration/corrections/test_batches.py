"""Correct many images alike, and undo a request."""

import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from shared.auth.scopes import Scope
from shared.config import Settings
from tests.support.learning.feedback import correct, tags_of
from tests.support.pictures.rows import insert_row, show_tag
from tests.support.requests.answers import get
from tests.support.requests.keys import app_with, client_of


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return app_with(settings).test_client()


def post(client: FlaskClient, path: str, status: int = 201, **body: Any) -> dict[str, Any]:
    """Return the document of a response with this status."""
    answer = client.post(path, json=body)
    assert answer.status_code == status, answer.text
    document: dict[str, Any] = answer.get_json()
    return document


def correct_all(client: FlaskClient, images: list[Any], **said: Any) -> dict[str, Any]:
    """Correct many images alike."""
    return post(client, "/v1/corrections/batches", images=[str(image) for image in images], **said)


def undo(client: FlaskClient, batch: str, status: int = 201) -> dict[str, Any]:
    """Undo a request."""
    return post(client, f"/v1/corrections/batches/{batch}/undo", status)


def shown(client: FlaskClient, image: object) -> dict[str, tuple[float, str]]:
    """Return the tags of an image with their confidence and source."""
    return tags_of(get(client, f"/v1/images/{image}"))


def test_many_images_are_corrected_and_get_their_former_tags_back(
    client: FlaskClient, engine: Engine
) -> None:
    # Given an image that anna has corrected, and one that no one has
    spoken, silent = insert_row(engine), insert_row(engine)
    show_tag(engine, silent, "sock")
    correct(client, spoken, remove=["hat"], user="anna")
    before = [shown(client, image) for image in (spoken, silent)]

    done = correct_all(client, [spoken, silent], add=["hat"], remove=["sock"], user="anna")

    assert (done["images"], done["problems"]) == (2, [])
    assert [("hat" in shown(client, i), "sock" in shown(client, i)) for i in (spoken, silent)] == [
        (True, False),
        (True, False),
    ]

    undone = undo(client, done["batch"])

    assert undone["images"] == 2
    assert [shown(client, image) for image in (spoken, silent)] == before
    history = get(client, f"/v1/images/{spoken}/corrections")["corrections"]
    last_words = {(word["tag"], word["verdict"]) for word in history[:2]}
    assert last_words == {("hat", "remove"), ("sock", "undo")}

    redone = undo(client, undone["batch"])

    assert redone["images"] == 2
    assert "hat" in shown(client, silent)


def test_a_request_is_undone_once(client: FlaskClient, engine: Engine) -> None:
    done = correct_all(client, [insert_row(engine)], add=["hat"])
    undo(client, done["batch"])

    undo(client, done["batch"], status=409)
    undo(client, str(uuid.uuid4()), status=404)
    undo(client, "nonsense", status=400)


def test_verdicts_given_since_then_stay(client: FlaskClient, engine: Engine) -> None:
    kept, other = insert_row(engine), insert_row(engine)
    done = correct_all(client, [kept, other], add=["hat"], user="anna")
    correct(client, kept, confirm=["hat"], user="anna")

    assert undo(client, done["batch"])["images"] == 1
    assert "hat" in shown(client, kept)
    assert "hat" not in shown(client, other)


def test_every_request_with_corrections_can_be_undone(client: FlaskClient, engine: Engine) -> None:
    image = insert_row(engine)
    one = correct(client, image, add=["hat"])
    many = post(
        client, "/v1/corrections", 200, corrections=[{"image": str(image), "add": ["sock"]}]
    )
    nothing = post(client, "/v1/corrections", 200, corrections=[{"image": "x", "add": ["sock"]}])

    undo(client, one["batch"])
    undo(client, many["batch"])

    assert shown(client, image) == {}
    assert nothing["batch"] is None


def test_images_that_are_not_there_are_named(client: FlaskClient, engine: Engine) -> None:
    image, missing = insert_row(engine), uuid.uuid4()

    done = correct_all(client, ["x", missing, image, image], add=["hat"])

    assert done["images"] == 1
    assert {problem["image"] for problem in done["problems"]} == {"x", str(missing)}


def test_an_owners_key_corrects_and_undoes_only_its_own(settings: Settings, engine: Engine) -> None:
    app = app_with(settings, auth=True)
    alma, bert = (client_of(app, engine, Scope.ADMIN, owner=owner) for owner in ("alma", "bert"))
    own, other = insert_row(engine, owner="alma"), insert_row(engine, owner="bert")

    done = correct_all(alma, [own, other], add=["hat"])

    assert done["images"] == 1
    assert [problem["image"] for problem in done["problems"]] == [str(other)]
    undo(bert, done["batch"], status=404)
    assert undo(alma, done["batch"])["images"] == 1


def test_the_tags_of_a_selection_are_counted(settings: Settings, engine: Engine) -> None:
    client = app_with(settings).test_client()
    images = [insert_row(engine, owner="alma") for _ in range(3)]
    for image in images[:2]:
        show_tag(engine, image, "sock")
    correct_all(client, images[2:], add=["sock", "hat"])

    selection = [*map(str, images), "x", str(uuid.uuid4())]
    counted = post(client, "/v1/tags/counts", 200, ids=selection)
    bert = client_of(app_with(settings, auth=True), engine, Scope.READ, owner="bert")
    hidden = post(bert, "/v1/tags/counts", 200, ids=selection)

    figures = {tag["tag"]: (tag["images"], tag["by_people"]) for tag in counted["tags"]}
    assert counted["images"] == 3
    assert figures["sock"] == (3, 1)
    assert figures["hat"] == (1, 1)
    assert counted["tags"][0]["tag"] == "sock"
    assert hidden == {"images": 0, "tags": []}
