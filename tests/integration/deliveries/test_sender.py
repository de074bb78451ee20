"""Messages as receivers get them, and how sending recovers."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine
from standardwebhooks import Webhook, WebhookVerificationError

from services.worker.delivery.send_batch import RECORD_SECONDS
from shared.auth.signing import new_secret
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.events.endpoints import MAX_OLD_SECRETS
from shared.db.events.event_types import IMAGE_TAGGED
from shared.db.events.events import promise_callback, report_images
from tests.support.events.events import (
    deliveries,
    finished,
    register,
    report,
    set_deliveries,
    tried,
)
from tests.support.events.receiver import Handler, Receiver, hang, status
from tests.support.pictures.rows import insert_row


@pytest.mark.usefixtures("sender")
def test_the_library_verifies_what_an_endpoint_receives(
    client: FlaskClient, engine: Engine, receiver: Receiver, image: UUID
) -> None:
    endpoint = register(client, f"{receiver.url}/hook?a=b")

    report(engine, image)

    [row] = finished(engine)
    [(headers, body)] = receiver.received("/hook?a=b")
    message = Webhook(endpoint["secret"]).verify(body, headers)
    assert message["type"] == "image.tagged"
    assert message["data"]["image_id"] == message["data"]["image"]["id"] == str(image)
    assert message["data"]["image"]["tags"][0]["tag"] == "tabby"
    assert message["data"]["image"]["metadata"] == {"order": 7}
    assert headers["webhook-id"] == str(row["id"])
    assert headers["content-type"] == "application/json"
    assert (row["status"], row["answer"], row["attempts"]) == ("delivered", 204, 1)


def expire_old_secrets(connection: Connection) -> None:
    connection.exec_driver_sql("""
        UPDATE endpoints SET old_secrets = (
            SELECT jsonb_agg(jsonb_set(old, '{until}', '"2000-01-01T00:00:00+00:00"'))
            FROM jsonb_array_elements(old_secrets) AS old
        )
    """)


@pytest.mark.usefixtures("sender")
def test_rotating_twice_drops_no_secret_that_a_receiver_may_know(
    client: FlaskClient, engine: Engine, receiver: Receiver, image: UUID
) -> None:
    known = [register(client, f"{receiver.url}/hook")]
    rotate = f"/v1/endpoints/{known[0]['id']}/rotate"
    known += [client.post(rotate).get_json() for _ in range(2)]

    report(engine, image)
    finished(engine)

    [(headers, body)] = receiver.received("/hook")
    for endpoint in known:
        Webhook(endpoint["secret"]).verify(body, headers)
    # Nor without a word when there are too many.
    statuses = [client.post(rotate).status_code for _ in range(MAX_OLD_SECRETS)]
    assert statuses == [200] * (MAX_OLD_SECRETS - 2) + [409] * 2


@pytest.mark.usefixtures("sender")
def test_after_a_rotation_both_secrets_verify_for_a_day(
    client: FlaskClient, engine: Engine, receiver: Receiver, image: UUID
) -> None:
    old = register(client, f"{receiver.url}/hook")
    answer = client.post(f"/v1/endpoints/{old['id']}/rotate")
    assert answer.status_code == 200
    new = answer.get_json()
    day_on = datetime.fromisoformat(new["old_secret_until"])
    assert timedelta(hours=23) < day_on - datetime.now(UTC) <= timedelta(hours=24)

    report(engine, image)
    finished(engine)
    with transaction(engine) as connection:
        expire_old_secrets(connection)
    report(engine, image)
    finished(engine, 2)

    (headers, body), (later_headers, later_body) = receiver.received("/hook")
    for endpoint in (old, new):
        Webhook(endpoint["secret"]).verify(body, headers)
    Webhook(new["secret"]).verify(later_body, later_headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old["secret"]).verify(later_body, later_headers)


@pytest.mark.usefixtures("sender")
@pytest.mark.parametrize("wrong", ["secret", "body", "id"])
def test_the_library_refuses_tampered_messages(
    client: FlaskClient, engine: Engine, receiver: Receiver, image: UUID, wrong: str
) -> None:
    endpoint = register(client, f"{receiver.url}/hook")
    report(engine, image)
    finished(engine)
    [(headers, body)] = receiver.received("/hook")

    secret = new_secret() if wrong == "secret" else endpoint["secret"]
    body = body.replace(b"tabby", b"tiger") if wrong == "body" else body
    headers = {**headers, "webhook-id": "other"} if wrong == "id" else headers

    with pytest.raises(Exception, match="signature"):
        Webhook(secret).verify(body, headers)


@pytest.mark.usefixtures("sender")
def test_every_attempt_sends_the_same_message(
    client: FlaskClient, engine: Engine, receiver: Receiver, image: UUID
) -> None:
    receiver.answers["/hook"] = status(500)
    register(client, f"{receiver.url}/hook")
    report(engine, image)
    tried(engine)

    receiver.answers["/hook"] = status(200)
    [row] = finished(engine)
    assert (row["status"], row["attempts"], row["error"]) == ("delivered", 2, None)
    (first, body), (second, again) = receiver.received("/hook")
    assert body == again
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) >= int(first["webhook-timestamp"]) + 4


def test_the_deliveries_of_a_dead_sender_are_sent_by_another(
    client: FlaskClient,
    engine: Engine,
    receiver: Receiver,
    image: UUID,
    request: pytest.FixtureRequest,
) -> None:
    register(client, f"{receiver.url}/hook")
    report(engine, image)
    # Given the claim of a sender that has died
    set_deliveries(engine, "claim = gen_random_uuid(), due_at = now() + make_interval(secs => 0.5)")

    request.getfixturevalue("sender")

    [row] = finished(engine)
    assert row["status"] == "delivered"


@pytest.mark.usefixtures("sender")
def test_processed_messages_are_recorded_before_the_next_one_is_answered(
    client: FlaskClient, engine: Engine, receiver: Receiver, image: UUID
) -> None:
    def take_one(handler: Handler) -> None:
        if len(receiver.received("/hook")) > 1:
            hang(handler)
        # Longer than results are gathered for
        receiver.over.wait(2 * RECORD_SECONDS)
        status(204)(handler)

    receiver.answers["/hook"] = take_one
    register(client, f"{receiver.url}/hook")

    # Given two messages of one turn
    with transaction(engine) as connection:
        report_images(connection, IMAGE_TAGGED, [image, insert_row(engine)])

    [row] = finished(engine)
    assert row["status"] == "delivered"
    assert [other["attempts"] for other in deliveries(engine)] in ([0, 1], [1, 0])


@pytest.mark.usefixtures("sender")
def test_a_callback_is_signed_with_the_secret_of_the_deployment(
    settings: Settings, engine: Engine, receiver: Receiver, image: UUID
) -> None:
    with transaction(engine) as connection:
        promise_callback(connection, image, f"{receiver.url}/done")

    [row] = finished(engine)

    [(headers, body)] = receiver.received("/done")
    message = Webhook(settings.callback_secret.get_secret_value()).verify(body, headers)
    assert message["data"]["image"]["owner"] == "ada"
    assert row["status"] == "delivered"


@pytest.mark.usefixtures("sender")
def test_a_message_stays_small(client: FlaskClient, engine: Engine, receiver: Receiver) -> None:
    image = insert_row(engine, metadata={"text": "x" * 15_000}, hashtags=["y" * 90] * 90)
    register(client, f"{receiver.url}/hook")

    report(engine, image)

    finished(engine)
    [(_, body)] = receiver.received("/hook")
    assert len(body) < 20_000
    document = json.loads(body)["data"]["image"]
    assert document["shortened"]
    assert document["id"] == str(image)
