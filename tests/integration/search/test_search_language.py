"""Searches with filters, alternatives and negations, on real rows."""

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from services.catalog.app import create_app
from shared.config import Settings
from tests.support.pictures.rows import insert_row, set_decision, set_row, show_tag


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


@pytest.fixture
def pictures(engine: Engine) -> dict[str, UUID]:
    """Images by the tags that people gave them, the oldest first."""
    found = {}
    for name, owner, shown in (
        ("dog", "anna", ("dog",)),
        ("dog and cat", "anna", ("dog", "cat")),
        ("cup", "bert", ("cup",)),
        ("nothing", "bert", ()),
    ):
        found[name] = insert_row(engine, owner=owner)
        set_row(engine, found[name], "status = 'tagged'")
        for slug in shown:
            show_tag(engine, found[name], slug)
    set_decision(engine, found["cup"], "teapot", present=True)
    return found


def search(client: FlaskClient, q: str = "", **parameters: Any) -> dict[str, Any]:
    answer = client.get("/v1/search", query_string={"q": q, **parameters})
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.get_json()
    return document


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("", ["nothing", "cup", "dog and cat", "dog"]),
        ("dog", ["dog and cat", "dog"]),
        ("puppies", ["dog and cat", "dog"]),
        ("dog -cat", ["dog"]),
        ("cup or cat", ["cup", "dog and cat"]),
        ("dog -qwertz", ["dog and cat", "dog"]),
        ("-qwertz", ["nothing", "cup", "dog and cat", "dog"]),
        ("dog or qwertz", ["dog and cat", "dog"]),
        ("dog qwertz", []),
        ("-dog", ["nothing", "cup"]),
        ("(cup|cat)", ["cup", "dog and cat"]),
        ("dog cat | cup", ["cup", "dog and cat"]),
        ("owner:anna", ["dog and cat", "dog"]),
        ("-owner:anna", ["nothing", "cup"]),
        ("(cup|cat) owner:bert", ["cup"]),
        ("source:people", ["cup"]),
        ("teapot source:people", ["cup"]),
        ("teapot source:model", []),
        ("dog source:model", ["dog and cat", "dog"]),
        ("dog confidence>0.95", []),
        ("dog confidence>0.5", ["dog and cat", "dog"]),
        ("(dog|teapot) confidence>0.95", ["cup"]),
        ("teapot confidence<0.95", []),
        ("status:tagged dog", ["dog and cat", "dog"]),
        ("status:failed", []),
        ("dog status:failed", []),
        ("dog before:2000", []),
        ("dog after:2000", ["dog and cat", "dog"]),
        ("theme:pets", ["dog and cat", "dog"]),
        ("theme:Pets -cat", ["dog"]),
        ("-theme:pets", ["nothing", "cup"]),
    ],
)
def test_the_documents_of_found_tags(
    client: FlaskClient, pictures: dict[str, UUID], q: str, names: list[str]
) -> None:
    document = search(client, q)

    assert [image["id"] for image in document["images"]] == [str(pictures[n]) for n in names]
    assert (document["total"], document["total_capped"]) == (len(names), False)
    ids = client.get("/v1/search/ids", query_string={"q": q}).get_json()
    assert ids == {"ids": [str(pictures[name]) for name in names], "capped": False}


def test_parameters_say_the_same_as_words(client: FlaskClient, pictures: dict[str, UUID]) -> None:
    document = search(client, any=["dog", "cup"], owner="anna", **{"not": "cat"})

    assert [image["id"] for image in document["images"]] == [str(pictures["dog"])]
    assert [term["start"] for term in document["query"]["terms"]] == [None] * 3
    told = search(client, any=["cup", "qwertz"], **{"not": "qwertzuiop"})
    assert [image["id"] for image in told["images"]] == [str(pictures["cup"])]
    assert told["unknown"] == ["qwertzuiop", "qwertz"]
    newer = search(client, newer_than=str(pictures["cup"]))
    assert [image["id"] for image in newer["images"]] == [str(pictures["nothing"])]


def test_the_response_says_how_each_word_was_understood(
    client: FlaskClient, pictures: dict[str, UUID]
) -> None:
    terms = search(client, "puppy -teepot owner:anna")["query"]["terms"]

    assert [(term["text"], term["start"], term["kind"], term["how"]) for term in terms] == [
        ("puppy", 0, "tag", "wordnet"),
        ("teepot", 7, "tag", "typo"),
        ("owner:anna", 14, "owner", None),
    ]
    assert [term["tag"] for term in terms] == ["dog", "teapot", None]
    assert [term["negated"] for term in terms] == [False, True, False]


def test_an_error_gives_its_position_in_the_problem_document(client: FlaskClient) -> None:
    answer = client.get("/v1/search", query_string={"q": "dog status:lost"})

    assert answer.status_code == 400
    assert answer.get_json()["position"] == {"start": 11, "end": 15}
    assert "lost" in answer.get_json()["detail"]


def test_a_search_is_completed_while_it_is_typed(
    client: FlaskClient, pictures: dict[str, UUID]
) -> None:
    def suggest(q: str, **parameters: Any) -> list[tuple[str, int | None]]:
        answer = client.get("/v1/search/suggest", query_string={"q": q, **parameters})
        found = answer.get_json()["suggestions"]
        return [(q[: one["start"]] + one["insert"], one["images"]) for one in found]

    # What the newest images show most.
    assert suggest("")[0] == ("dog", 2)
    # "Doberman" begins so, too, but more images show dogs.
    assert suggest("do")[0] == ("dog", 2)
    assert suggest("do", owner="bert")[0][1] == 0
    assert suggest("-golden r")[0] == ('-"golden retriever"', 0)
    assert suggest("owner:B") == [("owner:bert", None)]
    assert suggest("stat")[0] == ("status:", None)
    assert suggest("theme:pe")[0] == ("theme:people", None)
    assert suggest("dog confidence>0.9") == [("dog confidence>0.95", None)]


def test_pages_by_confidence_are_whole_and_in_order(client: FlaskClient, engine: Engine) -> None:
    images = [insert_row(engine) for _ in range(7)]
    for number, image in enumerate(images):
        show_tag(engine, image, "dog", 0.5 + number % 3 / 10)
        show_tag(engine, image, "cat", 0.6)
    set_decision(engine, images[0], "dog", present=True)
    set_decision(engine, images[1], "dog", present=False)

    for q, order in (
        ("dog", [0, 5, 2, 4, 6, 3]),
        # As sure as the surer of the two.
        ("(dog|cat)", [0, 5, 2, 6, 4, 3, 1]),
    ):
        walked: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = search(
                client, q, order="confidence", limit=2, **({"cursor": cursor} if cursor else {})
            )
            walked += [image["id"] for image in page["images"]]
            cursor = page["next"]
        assert walked == [str(images[number]) for number in order], q


def test_pictures_that_come_in_change_no_page(client: FlaskClient, engine: Engine) -> None:
    old = [insert_row(engine) for _ in range(3)]
    for image in old:
        show_tag(engine, image, "dog")
    first = search(client, "dog", limit=2)
    show_tag(engine, insert_row(engine), "dog")

    second = search(client, "dog", limit=2, cursor=first["next"])

    assert [image["id"] for image in second["images"]] == [str(old[0])]
    assert second["total"] is None
