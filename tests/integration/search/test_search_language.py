"""Searches with filters, alternatives and negations, on real rows."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text

from services.catalog.app import create_app
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.owners.access import EVERYTHING
from shared.db.search import finding, ranking
from shared.db.search.finding import find_newest
from shared.db.search.ranking import find_surest
from shared.db.search.search import Search
from shared.db.search.wanted import (
    ANYTHING,
    AllOf,
    AnyOf,
    Not,
    Qualities,
    Shows,
    Wanted,
    needs_tag,
)
from tests.support.pictures.rows import insert_row, set_decision, set_row, show_tag

SLUGS = ("dog", "cat", "teapot", "cup")


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


def ids_by_slug(connection: Connection) -> dict[str, int]:
    rows = connection.execute(text("SELECT slug, id FROM tags"))
    return {row.slug: row.id for row in rows}


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


WANTED: st.SearchStrategy[Wanted] = st.recursive(
    st.sampled_from([0, 1, 2, 3]).map(lambda tag: Shows((tag,))),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AllOf(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=5,
)


QUALITIES: st.SearchStrategy[Qualities] = st.builds(
    Qualities,
    st.sampled_from([frozenset(), frozenset({"people"}), frozenset({"model"})]),
    st.sampled_from([None, 0.0, 0.55, 0.6, 0.62, 1.0]),
    st.sampled_from([None, 0.5, 0.62, 0.7, 1.0]),
)


@dataclass(frozen=True)
class Said:
    """How an image shows a tag."""

    confidence: float
    source: str


def is_said(said: Said, qualities: Qualities) -> bool:
    confidence = float(np.float32(said.confidence))
    low, high = qualities.min_confidence, qualities.max_confidence
    return (
        (low is None or confidence >= float(np.float32(low)))
        and (high is None or confidence <= float(np.float32(high)))
        and (not qualities.sources or said.source in qualities.sources)
    )


def holds(wanted: Wanted, shown: dict[int, Said], qualities: Qualities) -> bool:
    if isinstance(wanted, Shows):
        said = shown.get(wanted.tag_ids[0])
        return said is not None and is_said(said, qualities)
    if isinstance(wanted, Not):
        return not holds(wanted.part, shown, Qualities())
    every = all if isinstance(wanted, AllOf) else any
    return every(holds(part, shown, qualities) for part in wanted.parts)


def test_every_query_plan_finds_the_same_rows(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction(engine) as connection:
        known = ids_by_slug(connection)
    ids = [known[slug] for slug in SLUGS]
    images: dict[UUID, dict[int, Said]] = {}
    for number in range(16):
        image = insert_row(engine)
        images[image] = {}
        for tag in range(4):
            if number >> tag & 1:
                show_tag(engine, image, SLUGS[tag], 0.5 + tag * 0.06)
                images[image][tag] = Said(0.5 + tag * 0.06, "model")
        # People confirm a tag, add one, and remove one.
        if number % 5 == 0:
            set_decision(engine, image, SLUGS[0], present=True)
            set_decision(engine, image, SLUGS[1], present=False)
            images[image][0] = Said(1.0, "people")
            images[image].pop(1, None)

    def with_ids(wanted: Wanted) -> Wanted:
        if isinstance(wanted, Shows):
            return Shows((ids[wanted.tag_ids[0]],))
        if isinstance(wanted, Not):
            return Not(with_ids(wanted.part))
        return type(wanted)(tuple(map(with_ids, wanted.parts)))

    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        wanted=st.just(ANYTHING) | WANTED,
        qualities=QUALITIES,
        few=st.booleans(),
        newer_than=st.sampled_from([None, sorted(images)[5]]),
    )
    def check(wanted: Wanted, qualities: Qualities, few: bool, newer_than: UUID | None) -> None:
        # With few rows looked through, an index has to find the others.
        for name, many in (("LOOKED_THROUGH", 5_000), ("LOOKED_THROUGH_WITH_TAGS", 2_000)):
            monkeypatch.setattr(finding, name, 3 if few else many)
        monkeypatch.setattr(ranking, "LOOKED_AT", 2 if few else 2_000)
        search = Search(EVERYTHING, with_ids(wanted), qualities, newer_than=newer_than)
        expected = {
            image
            for image, shown in images.items()
            if (newer_than is None or image > newer_than)
            and holds(wanted, shown, qualities)
            and (
                not qualities.matter
                or needs_tag(wanted)
                or any(is_said(said, qualities) for said in shown.values())
            )
        }
        with transaction(engine) as connection:
            found = find_newest(connection, search, 20, before=None, count=True)
            assert list(found.ids) == sorted(expected, reverse=True)
            assert found.total == len(expected)
            first = find_newest(connection, search, 1, before=None, count=True)
            assert first.total == len(expected)
            if ranking.ranking_tags(search.wanted):
                ranked = find_surest(connection, search, 20, after=None, count=True)
                assert {place.image_id for place in ranked.places} == expected
                assert ranked.total == len(expected)

    check()


def test_the_search_index_follows_every_change_of_tags(engine: Engine) -> None:
    image = insert_row(engine)
    show_tag(engine, image, "dog")
    show_tag(engine, image, "cat")
    set_decision(engine, image, "dog", present=False)
    set_decision(engine, image, "cup", present=True)
    with transaction(engine) as connection:
        known = ids_by_slug(connection)
        connection.execute(
            text("UPDATE image_tags SET tag_id = :teapot WHERE tag_id = :cat"),
            {"teapot": known["teapot"], "cat": known["cat"]},
        )
        terms = connection.scalar(text("SELECT terms FROM image_search"))
        assert terms == sorted([-known["cup"], known["cup"], known["teapot"]])
        connection.execute(text("DELETE FROM images"))
        assert connection.scalar(text("SELECT count(*) FROM image_search")) == 0


def test_an_image_is_found_by_whatever_name_means_its_tag(engine: Engine) -> None:
    with transaction(engine) as connection:
        dog = ids_by_slug(connection)["dog"]
    image = insert_row(engine)
    show_tag(engine, image, "dog", 0.7)

    def count(qualities: Qualities) -> int | None:
        with transaction(engine) as connection:
            wanted = Search(EVERYTHING, Shows((dog,)), qualities)
            return find_newest(connection, wanted, 5, before=None, count=True).total

    assert count(Qualities(min_confidence=0.7)) == 1
    assert count(Qualities(max_confidence=0.6)) == 0
    set_decision(engine, image, "dog", present=True)
    assert count(Qualities(min_confidence=0.9)) == 1
    assert count(Qualities(max_confidence=0.9)) == 0
