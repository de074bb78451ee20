"""Migrations make the schema that the code defines, and can be run again at any time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from shared.db.connection.engine import connect_engine, transaction
from shared.db.migrate.run import migrate, migration_config
from shared.db.schema import metadata
from shared.db.tags.tags import wordnet_tag_ids
from shared.model.vocabulary import load_imagenet
from tests.support.pictures.rows import insert_row, read_row, set_row

SNAPSHOT = """
    SELECT (SELECT count(*) FROM tags), (SELECT max(id) FROM tags),
           (SELECT count(*) FROM tag_aliases), (SELECT count(*) FROM tag_parents),
           (SELECT string_agg(version_num, ',') FROM alembic_version)
"""


@pytest.fixture
def empty(empty_database: str) -> Iterator[Engine]:
    engine = connect_engine(empty_database)
    yield engine
    engine.dispose()


def snapshot(engine: Engine) -> list[object]:
    with transaction(engine) as connection:
        return list(connection.execute(text(SNAPSHOT)).one())


def test_the_migrated_schema_equals_the_codes_schema(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    before = snapshot(engine)

    migrate(engine)

    assert snapshot(engine) == before


def test_processes_that_migrate_at_once_do_it_once(empty: Engine) -> None:
    with ThreadPoolExecutor(3) as threads:
        for migration in [threads.submit(migrate, empty) for _ in range(3)]:
            migration.result()

    assert snapshot(empty)[0] == len(load_imagenet())


def test_a_migration_that_fails_leaves_nothing_behind(empty: Engine) -> None:
    # Given a table in the way of the last step
    with transaction(empty) as connection:
        connection.execute(text("CREATE TABLE image_tags (something int)"))

    with pytest.raises(Exception, match="image_tags"):
        migrate(empty)

    with transaction(empty) as connection:
        assert connection.execute(text("SELECT to_regclass('images')")).scalar() is None


def test_the_vocabulary_is_seeded_whole(engine: Engine) -> None:
    vocabulary = load_imagenet()

    tags, _, aliases, parents, _ = snapshot(engine)

    assert tags == len(vocabulary)
    assert aliases == sum(len(tag.aliases) for tag in vocabulary.tags)
    assert parents == sum(len(tag.parents) for tag in vocabulary.tags)


def test_a_tag_renamed_by_a_later_version_keeps_its_id(engine: Engine) -> None:
    with transaction(engine) as connection:
        renamed = connection.execute(
            text("""
                UPDATE tags SET slug = 'jersey', name = 'jersey' WHERE slug = 't-shirt'
                RETURNING id
            """)
        ).scalar_one()

    migrate(engine)

    with transaction(engine) as connection:
        assert wordnet_tag_ids(connection)["t-shirt"] == renamed
    assert snapshot(engine)[0] == len(load_imagenet())


def test_an_image_that_failed_has_a_reason(engine: Engine) -> None:
    with_reason, without = insert_row(engine), insert_row(engine)
    with transaction(engine) as connection:
        command.downgrade(migration_config(connection), "0037")
    set_row(engine, with_reason, "status = 'failed', error = 'It is damaged.'")
    set_row(engine, without, "status = 'failed'")

    migrate(engine)

    assert read_row(engine, with_reason)["error"] == "It is damaged."
    assert read_row(engine, without)["error"] == "No reason was noted."
    with pytest.raises(IntegrityError):
        set_row(engine, without, "error = NULL")
