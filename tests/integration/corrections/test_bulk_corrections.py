"""Corrections of many images in one request, and the resulting labels."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, text

from services.feedback.app import create_app
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.web.context import EXTENSION
from tests.support.learning.feedback import correct
from tests.support.pictures.rows import insert_row
from tests.support.requests.answers import get


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


@pytest.fixture
def images(engine: Engine) -> list[UUID]:
    return [insert_row(engine) for _ in range(4)]


def send(client: FlaskClient, *entries: object, user: str = "") -> list[dict[str, Any]]:
    """Return the result of each entry."""
    answer = client.post("/v1/corrections", json={"user": user, "corrections": entries})
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.get_json()["results"]
    assert len(results) == len(entries)
    return results


def labels(client: FlaskClient, limit: int = 1000) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = get(client, f"/v1/labels?limit={limit}&cursor={cursor}")
        found += page["labels"]
        cursor = page["next"]
    return found


def test_many_images_are_corrected_in_one_request(client: FlaskClient, images: list[UUID]) -> None:
    first, second, third, _ = map(str, images)

    results = send(
        client,
        {"image": second, "add": ["Dog", "mascot"], "remove": ["cat"]},
        {"image": first, "remove": ["mascot"]},
        {"image": third, "confirm": ["dog"]},
        user="ada",
    )

    assert results == [
        {"image": second, "corrections": 3},
        {"image": first, "corrections": 1},
        {"image": third, "corrections": 1},
    ]
    assert [(row["image"], row["tag"], row["present"]) for row in labels(client)] == [
        (first, "mascot", False),
        (second, "cat", False),
        (second, "dog", True),
        (second, "mascot", True),
        (third, "dog", True),
    ]


def test_a_bad_entry_fails_alone_and_leaves_nothing_behind(
    client: FlaskClient, images: list[UUID], engine: Engine
) -> None:
    good, other = str(images[0]), str(images[1])
    unknown = str(uuid4())
    bad: list[tuple[object, int]] = [
        ({"image": unknown, "add": ["made for nobody"]}, 404),
        ({"image": "cat.jpg", "add": ["dog"]}, 404),
        ({"image": other}, 400),
        ({"image": other, "add": ["dog"], "remove": ["DOG"]}, 400),
        ({"image": other, "add": ["made in vain"], "remove": ["no such tag"]}, 404),
        ({"image": other, "remove": ["made in vain"]}, 404),
        ({"image": other, "add": ["x" * 10_000]}, 400),
        ({"image": other, "add": ["\u0007"]}, 400),
        ({"image": other, "add": 5}, 400),
        ({"image": 5, "add": ["dog"]}, 400),
        ({"add": ["dog"]}, 400),
        ("dog", 400),
        (None, 400),
    ]

    results = send(client, {"image": good, "add": ["dog"]}, *[entry for entry, _ in bad])

    assert results[0] == {"image": good, "corrections": 1}
    assert [result["problem"]["status"] for result in results[1:]] == [code for _, code in bad]
    assert [row["image"] for row in labels(client)] == [good]
    with transaction(engine) as connection:
        made = connection.scalars(text("SELECT slug FROM tags WHERE kind = 'custom'")).all()
    assert made == []


def test_entries_about_the_same_image_count_in_their_order(
    client: FlaskClient, images: list[UUID]
) -> None:
    image = str(images[0])

    send(client, {"image": image, "add": ["dog"]}, {"image": image, "remove": ["dog"]})

    assert [(row["tag"], row["present"]) for row in labels(client)] == [("dog", False)]


@pytest.mark.parametrize(
    "corrections",
    [
        [{"image": str(uuid4()), "add": ["dog"]}] * 1001,
        [{"image": str(uuid4()), "add": ["a"] * 101}] * 100,
        [{"image": str(uuid4()), "add": ["dog"]}] * 100_000,
    ],
)
def test_too_much_at_once_is_refused_with_the_limits(
    client: FlaskClient, corrections: list[object]
) -> None:
    answer = client.post("/v1/corrections", json={"corrections": corrections})

    assert answer.status_code == 413
    assert "10,000 corrections of at most 1,000 images" in answer.get_json()["detail"]


@pytest.mark.parametrize("body", [{}, {"corrections": {}}, {"corrections": [], "user": "\x00"}, []])
def test_a_request_of_another_form_is_refused(client: FlaskClient, body: object) -> None:
    assert client.post("/v1/corrections", json=body).status_code == 400


def test_an_empty_correction_is_no_error(client: FlaskClient) -> None:
    assert send(client) == []


def test_many_images_take_no_more_statements_than_few(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # How often the vocabulary is read depends on the clock alone.
    monkeypatch.setattr("shared.model.live.vocabulary.REFRESH_SECONDS", float("inf"))
    app = create_app(settings)
    statements: list[str] = []
    event.listen(
        app.extensions[EXTENSION].engine,
        "before_cursor_execute",
        lambda *arguments: statements.append(arguments[2]),
    )
    client = app.test_client()
    send(client, {"image": str(insert_row(engine)), "add": ["mascot"]})
    needed = {}

    for images in (1, 300):
        entries = [{"image": str(insert_row(engine)), "add": ["dog"]} for _ in range(images)]
        statements.clear()
        results = send(client, *entries)
        assert [result["corrections"] for result in results] == [1] * images
        needed[images] = len(statements)

    assert needed[300] == needed[1]


def test_labels_have_what_is_needed_to_use_them_elsewhere(
    client: FlaskClient, engine: Engine
) -> None:
    image = insert_row(engine, owner="ada", filename="a.jpg", sha256=b"d" * 32)
    fetching = insert_row(engine, sha256=None, source_url="http://x/a.jpg")
    for known in (image, fetching):
        correct(client, known, add=["golden retriever", "pet"])

    found = labels(client, limit=1)

    assert [(row["image"], row["tag"]) for row in found] == [
        (str(known), tag) for known in (image, fetching) for tag in ("golden-retriever", "pet")
    ]
    assert found[0] == {
        "image": str(image),
        "sha256": (b"d" * 32).hex(),
        "filename": "a.jpg",
        "width": 64,
        "height": 48,
        "owner": "ada",
        "tag": "golden-retriever",
        "name": "golden retriever",
        "present": True,
    }
    assert found[2]["sha256"] is None
    assert client.get("/v1/labels?cursor=nonsense").status_code == 400
    assert client.get("/v1/labels?cursor=YSBi").status_code == 400
