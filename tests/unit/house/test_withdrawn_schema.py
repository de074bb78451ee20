"""What people said can be put aside and given back without losing a part of it."""

from shared.db.schema import corrections, withdrawn_corrections


def test_withdrawn_corrections_have_every_column_of_corrections() -> None:
    kept = {column.name: str(column.type) for column in withdrawn_corrections.columns}

    assert kept == {column.name: str(column.type) for column in corrections.columns}
