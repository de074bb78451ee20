"""Queries of searches: every plan finds the same images, and the index follows every change."""

from dataclasses import dataclass
from uuid import UUID

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text

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
from tests.support.pictures.rows import insert_row, set_decision, show_tag

SLUGS = ("dog", "cat", "teapot", "cup")

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


def ids_by_slug(connection: Connection) -> dict[str, int]:
    rows = connection.execute(text("SELECT slug, id FROM tags"))
    return {row.slug: row.id for row in rows}


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
