"""Corrections can be withdrawn and given back without losing a column."""

from shared.db.schema import corrections, withdrawn_corrections


def test_withdrawn_corrections_have_every_column_of_corrections() -> None:
    kept = {column.name: str(column.type) for column in withdrawn_corrections.columns}

    assert kept == {column.name: str(column.type) for column in corrections.columns}
