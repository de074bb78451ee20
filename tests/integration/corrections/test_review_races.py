"""Images that are deleted at the very moment at which they are offered for review."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.corrections.review import Reviewer, note_offered
from shared.db.images.deleting import delete_image
from tests.support.conditions import wait_for, waits_for_a_lock
from tests.support.pictures.rows import insert_row


def test_an_image_that_is_being_deleted_is_not_offered(engine: Engine) -> None:
    stays, goes = insert_row(engine), insert_row(engine)

    def offer() -> set[object]:
        with transaction(engine) as connection:
            return {*note_offered(connection, Reviewer("ann", None), [stays, goes])}

    with ThreadPoolExecutor(1) as pool:
        with transaction(engine) as connection:
            delete_image(connection, goes)
            offered = pool.submit(offer)
            wait_for(lambda: offered.done() or waits_for_a_lock(engine), "the offer to wait")
        assert offered.result() == {stays}
