"""Databases that tests use in turn: none has anything that another left behind."""

import pytest
from sqlalchemy import text

from shared.db.connection.engine import connect_engine, transaction
from shared.db.schema import metadata
from tests.support.databases import MIN_RESTING, Databases
from tests.support.pictures.rows import insert_row

SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences"
TRIGGERS = "SELECT tgname FROM pg_trigger"
COLUMNS = "SELECT table_name, column_name FROM information_schema.columns"
# The first kind of change can be taken back; after the others the database is thrown away.
CHANGES = (
    "INSERT INTO tags (slug, name, kind) SELECT n, n, 'custom' FROM generate_series(1, 9) AS n",
    "UPDATE tags SET name = 'changed' WHERE id = (SELECT min(id) FROM tags)",
    "DELETE FROM tag_parents",
    "ALTER TABLE images ADD surplus text",
    "DROP TRIGGER image_tags_index_insert ON image_tags",
)


def state(url: str) -> list[set[tuple[object, ...]]]:
    """Return what is in a database."""
    engine = connect_engine(url)
    tables = [f"SELECT {table.name}::text FROM {table.name}" for table in metadata.sorted_tables]
    with transaction(engine) as connection:
        found = [
            {tuple(row) for row in connection.execute(text(query))}
            for query in (SEQUENCES, TRIGGERS, COLUMNS, *tables)
        ]
    engine.dispose()
    return found


@pytest.mark.parametrize("change", CHANGES)
def test_the_next_tests_find_a_database_as_new(databases: Databases, change: str) -> None:
    with databases.migrated() as url:
        as_new = state(url)
        engine = connect_engine(url)
        insert_row(engine)
        with transaction(engine) as connection:
            connection.execute(text(change))

    for _ in range(MIN_RESTING + 1):
        with databases.migrated() as url:
            assert state(url) == as_new
