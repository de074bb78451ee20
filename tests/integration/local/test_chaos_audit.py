"""The audit of `make chaos` finds every state that must not occur."""

import pytest
from sqlalchemy import Engine

from tests.chaos.audit import find_forbidden
from tests.support.pictures.rows import insert_row, set_row


def test_consistent_rows_are_reported_as_good(engine: Engine) -> None:
    insert_row(engine)
    set_row(engine, insert_row(engine), "status = 'failed', error = 'It is damaged.'")

    assert find_forbidden(engine) == []


@pytest.mark.parametrize(
    ("assignment", "complaint"),
    [
        ("status = 'failed', error = ''", "a failed image without a reason"),
        ("status = 'tagged'", "a tagged image without an embedding"),
        ("status = 'tagged'", "a tagged image without tags"),
        ("status = 'tagged'", "a tagged image without the version that tagged it"),
        ("status = 'tagged', claim = id", "an image that is done and still held"),
    ],
)
def test_a_forbidden_state_is_found(engine: Engine, assignment: str, complaint: str) -> None:
    image_id = insert_row(engine)
    set_row(engine, image_id, assignment)

    assert f"1 times {complaint}: {image_id}" in find_forbidden(engine)
