"""Corrections of one image's tags are stored, and override the model."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from services.feedback.app import create_app
from services.worker.tagging.pipeline import Pipeline
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.images.deleting import delete_image
from shared.model.vocabulary import load_imagenet
from shared.storage.storage import Storage
from tests.support.learning.feedback import correct, tags_of
from tests.support.pictures.rows import insert_row, store_image
from tests.support.requests.answers import get

BY_USER = (1.0, "user")
HOSTILE_USERS = (
    "'; DROP TABLE corrections; --",
    "<script>alert(1)</script>",
    "%s %(name)s :name {0}",
    "名前 🙂",
)


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


@pytest.fixture
def image(engine: Engine) -> UUID:
    """An image that waits to be tagged."""
    return insert_row(engine)


@pytest.fixture
def waiting_cat(
    settings: Settings, engine: Engine, storage: Storage, photos: dict[str, Path]
) -> UUID:
    """The photograph of a cat that no worker has tagged yet."""
    return store_image(settings, engine, storage, photos["cat"].read_bytes())


@pytest.fixture
def untouched(engine: Engine) -> Iterator[None]:
    """Check that nothing that the test sends is stored."""
    tables = ("tags", "corrections", "decisions", "contributors")
    before = [count(engine, table) for table in tables]
    yield
    assert [count(engine, table) for table in tables] == before


def count(engine: Engine, table: str) -> int:
    with transaction(engine) as connection:
        return connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()


def test_corrections_override_the_model(client: FlaskClient, cat: UUID) -> None:
    answer = correct(client, cat, add=["Teapot"], remove=["cat"], user="ada")

    assert answer["image"] == str(cat)
    assert {(c["tag"], c["verdict"]) for c in answer["corrections"]} == {
        ("teapot", "add"),
        ("cat", "remove"),
    }
    tags = tags_of(answer)
    assert tags["teapot"] == BY_USER
    vocabulary = load_imagenet()
    for wider in vocabulary.ancestors(vocabulary.index("teapot")):
        assert tags[vocabulary.tags[wider].slug] == BY_USER
    gone = {
        "cat",
        *(vocabulary.tags[c].slug for c in vocabulary.descendants(vocabulary.index("cat"))),
    }
    assert not gone & tags.keys()
    assert tags["animal"][1] == "model"


def test_each_correction_remembers_what_the_model_had_said(client: FlaskClient, cat: UUID) -> None:
    correct(client, cat, confirm=["cat"], user="ada")
    correct(client, cat, add=["teapot"])

    history = get(client, f"/v1/images/{cat}/corrections")["corrections"]

    assert [(c["tag"], c["verdict"], c["user"], c["model"]) for c in history] == [
        ("teapot", "add", "", 1),
        ("cat", "confirm", "ada", 1),
    ]
    assert history[0]["confidence"] is None
    assert history[1]["confidence"] > 0.5


def test_corrections_of_an_image_that_waits_are_applied_when_it_is_tagged(
    client: FlaskClient, pipeline: Pipeline, waiting_cat: UUID
) -> None:
    early = tags_of(correct(client, waiting_cat, add=["mascot"], remove=["cat"]))
    assert early == {"mascot": BY_USER}

    pipeline.tag([waiting_cat])

    tags = tags_of(correct(client, waiting_cat, confirm=["animal"]))
    assert tags["mascot"] == BY_USER
    assert tags["animal"] == BY_USER
    assert "cat" not in tags
    history = get(client, f"/v1/images/{waiting_cat}/corrections")["corrections"]
    assert [correction["model"] for correction in history] == [1, None, None]


def test_a_later_verdict_of_a_user_replaces_the_earlier_and_undo_restores_it(
    client: FlaskClient, image: UUID
) -> None:
    assert "dog" in tags_of(correct(client, image, add=["dog"], user="ada"))
    assert tags_of(correct(client, image, remove=["dog"], user="ada")) == {}
    assert "dog" in tags_of(correct(client, image, add=["dog"], user="ada"))
    assert tags_of(correct(client, image, undo=["dog"], user="ada")) == {}
    assert len(get(client, f"/v1/images/{image}/corrections")["corrections"]) == 4


def test_no_one_can_undo_the_corrections_of_others(client: FlaskClient, image: UUID) -> None:
    correct(client, image, add=["dog"], user="ada")

    assert "dog" in tags_of(correct(client, image, undo=["dog"], user="bob"))


def test_users_who_disagree_are_weighed(client: FlaskClient, image: UUID, engine: Engine) -> None:
    correct(client, image, add=["dog"], user="ada")
    assert "dog" not in tags_of(correct(client, image, remove=["dog"], user="bob"))
    with transaction(engine) as connection:
        connection.execute(text("UPDATE contributors SET trust = 0.5 WHERE name = 'bob'"))

    assert "dog" in tags_of(correct(client, image, remove=["dog"], user="bob"))


def test_a_new_name_makes_a_tag_that_is_known_from_then_on(
    client: FlaskClient, image: UUID, engine: Engine
) -> None:
    other = insert_row(engine)

    answer = correct(client, image, add=["#Summer  Dress"])
    again = correct(client, other, add=["summer_dress"])

    assert [(tag["tag"], tag["name"]) for tag in answer["tags"]] == [
        ("summer-dress", "Summer  Dress")
    ]
    assert again["tags"] == answer["tags"]
    assert tags_of(correct(client, other, remove=["Summer Dress"])) == {}


def test_a_tag_that_another_process_made_a_moment_ago_is_known(
    client: FlaskClient, settings: Settings, image: UUID
) -> None:
    correct(client, image, add=["dog"])
    elsewhere = create_app(settings).test_client()
    correct(elsewhere, image, add=["kitten heels"])

    assert "kitten-heels" not in tags_of(correct(client, image, remove=["kitten heels"]))


@pytest.mark.usefixtures("untouched")
def test_new_tags_can_be_turned_off(settings: Settings, image: UUID) -> None:
    client = create_app(settings.model_copy(update={"custom_tags": False})).test_client()

    answer = client.post(f"/v1/images/{image}/corrections", json={"add": ["dog", "mascot"]})

    assert answer.status_code == 404
    assert "TAGLOOP_CUSTOM_TAGS" in answer.get_json()["detail"]


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    ("said", "status", "reason"),
    [
        ({}, 400, "has no verdict"),
        ({"user": "ada"}, 400, "has no verdict"),
        ({"add": ["dog"], "remove": ["dog"]}, 400, "name each tag once"),
        ({"add": ["dog", "Dog"]}, 400, "name each tag once"),
        ({"add": ["new one"], "confirm": ["New  One"]}, 400, "name each tag once"),
        ({"remove": ["no-such-tag"]}, 404, "no-such-tag"),
        ({"confirm": ["no-such-tag"]}, 404, "no-such-tag"),
        ({"undo": ["no-such-tag"], "add": ["another"]}, 404, "no-such-tag"),
        ({"add": ["x" * 10_000]}, 400, "at most 100 characters"),
        ({"add": ["\x1b[31m"]}, 400, "control character"),
        ({"add": ["a\x00b"]}, 400, "control character"),
        ({"add": ["\ud800"]}, 400, "add.0"),
        ({"add": [" "]}, 400, "letter, digit, symbol or emoji"),
        ({"add": "dog"}, 400, "add"),
        ({"add": [5]}, 400, "add.0"),
        ({"add": ["dog"], "user": "a\x00b"}, 400, "user"),
        ({"add": ["dog"], "user": "x" * 201}, 400, "user"),
        ({"add": ["a"] * 100_000}, 413, "at most 10,000 corrections"),
    ],
)
def test_invalid_input_is_refused_and_leaves_nothing_behind(
    client: FlaskClient, image: UUID, said: dict[str, object], status: int, reason: str
) -> None:
    answer = client.post(f"/v1/images/{image}/corrections", json=said)

    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert reason in answer.get_json()["detail"]


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("unknown", [str(uuid4()), "cat.jpg", "x" * 60, "x" * 1000])
def test_an_unknown_image_is_not_found(client: FlaskClient, unknown: str) -> None:
    path = f"/v1/images/{unknown}/corrections"

    assert client.post(path, json={"add": ["something new"]}).status_code in (400, 404)
    assert client.get(path).status_code in (400, 404)


@pytest.mark.parametrize("user", HOSTILE_USERS)
def test_any_user_name_is_accepted(client: FlaskClient, image: UUID, user: str) -> None:
    correct(client, image, add=["dog"], user=user)

    answer = client.get("/v1/corrections", query_string={"user": user})
    assert answer.mimetype == "application/json"
    assert [c["user"] for c in answer.get_json()["corrections"]] == [user]
    assert get(client, "/v1/contributors")["contributors"][0]["user"] == user


def test_many_people_at_the_same_moment_are_all_kept(
    settings: Settings, image: UUID, engine: Engine
) -> None:
    people = 8
    app = create_app(settings)
    start = threading.Barrier(people)

    def speak(number: int) -> int:
        said = {"add": [f"tag {number}", "shared"], "remove": ["dog"], "user": f"user {number}"}
        start.wait()
        answer = app.test_client().post(f"/v1/images/{image}/corrections", json=said)
        return answer.status_code

    with ThreadPoolExecutor(people) as executor:
        assert list(executor.map(speak, range(people))) == [201] * people

    client = app.test_client()
    tags = tags_of(correct(client, image, undo=["dog"]))
    assert tags.keys() == {"shared", *(f"tag-{number}" for number in range(people))}
    assert count(engine, "corrections") == 3 * people + 1


def test_deleting_an_image_deletes_its_corrections(
    client: FlaskClient, image: UUID, engine: Engine
) -> None:
    correct(client, image, add=["dog"])
    with transaction(engine) as connection:
        delete_image(connection, image)

    assert count(engine, "corrections") == count(engine, "decisions") == 0
    assert client.get(f"/v1/images/{image}/corrections").status_code == 404


def test_the_log_goes_back_page_by_page(client: FlaskClient, engine: Engine) -> None:
    images = [insert_row(engine) for _ in range(5)]
    for number, image in enumerate(images):
        correct(client, image, add=["dog"], user=f"user {number % 2}")

    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = get(client, f"/v1/corrections?limit=2&cursor={cursor}")
        seen += [correction["image"] for correction in page["corrections"]]
        cursor = page["next"]

    assert seen == [str(image) for image in reversed(images)]
    mine = get(client, "/v1/corrections?user=user%201")["corrections"]
    assert [correction["image"] for correction in mine] == [str(images[3]), str(images[1])]
    assert client.get("/v1/corrections?cursor=nonsense").status_code == 400


def test_corrections_are_counted_by_verdict(client: FlaskClient, image: UUID) -> None:
    correct(client, image, add=["dog"])

    assert 'tagloop_corrections_total{verdict="add"}' in client.get("/metrics").text
