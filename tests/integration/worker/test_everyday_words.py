"""Everyday words in the live model: from the first version on, and in older databases."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, text

from services.worker.backbone import Backbone
from services.worker.backbone.first_model import ensure_model
from services.worker.tagging.pipeline import Pipeline
from shared.config import Settings
from shared.db.connection.engine import connect_engine, transaction
from shared.db.migrate.run import migrate
from shared.db.models.models import (
    find_live_model,
    insert_backbone,
    insert_first_version,
    list_models,
)
from shared.db.models.promotion import promote
from shared.db.tags.custom.making import insert_custom_tags
from shared.db.tags.known_tag import KnownTag
from shared.db.tags.shown import tags_of_images
from shared.errors import ConfigError
from shared.model.live.model import LiveScorer
from shared.model.words.adding_words import add_words
from shared.model.words.words_file import WordsFile, read_words_file, shipped_words
from shared.storage.storage import Storage
from tests.support.pictures.rows import store_image

# What a person would say first, or nearly so.
EXPECTED = {
    "astronaut": "person",
    "coffee": "coffee",
    "rocket": "sky",
    "temple": "tree",
    "flower": "flower",
}
FIRST_OF = 2


@pytest.fixture
def words(backbone: Backbone) -> WordsFile:
    path = shipped_words(backbone.description.name)
    assert path is not None
    return read_words_file(path)


@pytest.fixture
def before_words(engine: Engine, storage: Storage, backbone: Backbone) -> int:
    """A version 1 as it was made before the program had everyday words."""
    name = backbone.description.name
    storage.put("heads/old", backbone.first_head.to_bytes())
    with transaction(engine) as connection:
        dimensions = backbone.description.dimensions
        backbone_id = insert_backbone(connection, name, dimensions, None)
        return insert_first_version(connection, backbone_id, "heads/old", {}, is_live=True)


def test_photographs_get_the_words_that_a_person_would_use_first(
    pipeline: Pipeline,
    settings: Settings,
    engine: Engine,
    storage: Storage,
    photos: dict[str, Path],
) -> None:
    ids = {
        name: store_image(settings, engine, storage, photos[name].read_bytes()) for name in EXPECTED
    }
    vocabulary = LiveScorer(engine, storage).get().vocabulary

    assert pipeline.tag(list(ids.values())) == len(EXPECTED)

    for name, word in EXPECTED.items():
        with transaction(engine) as connection:
            tags = tags_of_images(connection, [ids[name]])[ids[name]]
        columns = np.array([vocabulary.index(tag.slug) for tag in tags])
        order = vocabulary.best_first(columns, np.array([tag.confidence for tag in tags]))
        assert word in [tags[position].slug for position in order[:FIRST_OF]], name


def test_an_older_model_gets_the_words_once_and_what_is_there_is_tagged_again(
    engine: Engine, storage: Storage, backbone: Backbone, before_words: int, words: WordsFile
) -> None:
    ensure_model(engine, storage, backbone)
    ensure_model(engine, storage, backbone)

    scorer = LiveScorer(engine, storage).get()
    assert scorer.model.version == before_words + 1
    slugs = {scorer.vocabulary.tags[column].slug for column in scorer.pretrained_columns}
    assert slugs == set(words.names)
    with transaction(engine) as connection:
        assert len(list_models(connection)) == 2
        queued = connection.execute(text("SELECT count(*) FROM retag_jobs")).scalar_one()
    assert queued == 1


def test_a_restored_version_stays_live(
    engine: Engine, storage: Storage, backbone: Backbone, before_words: int
) -> None:
    ensure_model(engine, storage, backbone)
    with transaction(engine) as connection:
        promote(connection, before_words)

    ensure_model(engine, storage, backbone)

    with transaction(engine) as connection:
        live = find_live_model(connection)
    assert live is not None
    assert live.version == before_words


def test_words_of_a_words_file_are_added_to_the_everyday_ones(
    engine: Engine, storage: Storage, backbone: Backbone, words: WordsFile, tmp_path: Path
) -> None:
    ensure_model(engine, storage, backbone)
    own = WordsFile(words.backbone, {"gasket": "Gasket"}, first_of(words, 1))
    path = tmp_path / "own.safetensors"
    path.write_bytes(own.to_bytes())

    with transaction(engine) as connection:
        version = add_words(connection, storage, path, "ours")

    scorer = LiveScorer(engine, storage).get()
    assert scorer.model.version == version
    slugs = [scorer.vocabulary.tags[column].slug for column in scorer.pretrained_columns]
    assert slugs == [*words.names, "gasket"]


def test_words_for_another_backbone_are_refused(
    engine: Engine, storage: Storage, backbone: Backbone, words: WordsFile, tmp_path: Path
) -> None:
    ensure_model(engine, storage, backbone)
    path = tmp_path / "other.safetensors"
    path.write_bytes(replace(words, backbone="resnet50").to_bytes())

    with (
        pytest.raises(ConfigError, match=r"was made for the backbone 'resnet50'"),
        transaction(engine) as connection,
    ):
        add_words(connection, storage, path, "others'")


@pytest.fixture
def older(empty_database: str) -> Iterator[Engine]:
    """A database of today's schema without today's words."""
    engine = connect_engine(empty_database)
    migrate(engine)
    with transaction(engine) as connection:
        connection.execute(text("DELETE FROM tags WHERE slug IN ('sky', 'indoors')"))
        connection.execute(text("UPDATE tags SET slug = 'clothing' WHERE slug = 'clothes'"))
    yield engine
    engine.dispose()


def test_a_custom_tag_with_the_name_of_a_new_word_becomes_that_word_and_keeps_its_id(
    older: Engine,
) -> None:
    made = make(older, "sky", "indoors")

    migrate(older)

    assert {slug: rows_of(older)[slug] for slug in made} == {
        slug: (tag_id, "wordnet") for slug, tag_id in made.items()
    }


def test_a_custom_tag_gives_up_its_slug_to_a_new_word(older: Engine) -> None:
    made = make(older, "clothes")["clothes"]

    migrate(older)

    assert rows_of(older)["clothes"][1] == "wordnet"
    assert rows_of(older)[f"clothes-{made}"] == (made, "custom")


def make(engine: Engine, *slugs: str) -> dict[str, int]:
    """Make tags as people do; return their ids by slug."""
    new = [KnownTag(0, slug, slug.title(), "custom", None) for slug in slugs]
    with transaction(engine) as connection:
        made = insert_custom_tags(connection, new, key_id=None)
    return {slug: tag.id for slug, tag in made.items()}


def rows_of(engine: Engine) -> dict[str, tuple[int, str]]:
    """Return id and kind of every tag, by slug."""
    with transaction(engine) as connection:
        rows = connection.execute(text("SELECT id, slug, kind FROM tags"))
        return {row.slug: (row.id, row.kind) for row in rows}


def first_of(words: WordsFile, count: int) -> Any:
    """Return the classifiers of the first words."""
    return words.classifiers.take(np.arange(count))
