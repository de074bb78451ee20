"""Every type of event, from what happens to what a receiver verifies."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from standardwebhooks import Webhook

from shared.db.connection.engine import transaction
from shared.db.events.event_types import ALL
from shared.db.events.events import report_promotion
from shared.db.images.tagging import FailedImage, claim_images, store_failed
from tests.support.events.events import LEASE_SECONDS, MAX_ATTEMPTS, finished, register, tag
from tests.support.events.receiver import Receiver
from tests.support.learning.feedback import correct
from tests.support.pictures.rows import insert_row


@pytest.mark.usefixtures("sender")
def test_the_library_verifies_every_event(
    client: FlaskClient, engine: Engine, receiver: Receiver, version: int
) -> None:
    endpoint = register(client, f"{receiver.url}/hook")
    good, broken = insert_row(engine), insert_row(engine)

    tag(engine, version, [good])
    correct(client, good, add=["hat"], user="ada")
    with transaction(engine) as connection:
        claim = claim_images(connection, [broken], LEASE_SECONDS, MAX_ATTEMPTS)
        store_failed(connection, claim, [FailedImage(broken, "no picture")])
    with transaction(engine) as connection:
        report_promotion(connection, {"version": 2, "replaces": 1, "backbone": "lite0"})

    finished(engine, len(ALL))
    messages = [
        Webhook(endpoint["secret"]).verify(body, headers)
        for headers, body in receiver.received("/hook")
    ]
    told = {message["type"]: message["data"] for message in messages}
    assert told.keys() == set(ALL)
    assert told["image.tagged"]["image"]["status"] == "tagged"
    assert told["image.failed"]["image"]["error"] == "no picture"
    assert told["image.corrected"]["corrections"] == [{"tag": "hat", "verdict": "add"}]
    assert told["model.promoted"]["version"] == 2
    assert len({headers["webhook-id"] for headers, _ in receiver.received("/hook")}) == len(ALL)
