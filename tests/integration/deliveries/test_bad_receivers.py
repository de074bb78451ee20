"""Receivers that are dead, slow, gone or hostile."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from tests.support.conditions import wait_for
from tests.support.events.events import (
    deliveries,
    finished,
    register,
    report,
    set_deliveries,
    tried,
)
from tests.support.events.receiver import Handler, Receiver, drip, hang, pour, status


@pytest.mark.usefixtures("sender")
@pytest.mark.parametrize("code", [500, 503, 404, 400, 301, 302, 307])
def test_every_response_but_a_success_is_retried(
    client: FlaskClient, engine: Engine, receiver: Receiver, image: UUID, code: int
) -> None:
    receiver.answers["/hook"] = status(code, Location=f"{receiver.url}/elsewhere")
    register(client, f"{receiver.url}/hook")

    report(engine, image)

    row = tried(engine)
    assert (row["status"], row["attempts"], row["answer"]) == ("waiting", 1, code)
    assert row["error"] == f"The answer was {code}."
    assert 4 < (row["due_at"] - row["occurred_at"]).total_seconds() < 10
    assert not receiver.received("/elsewhere")


@pytest.mark.usefixtures("sender")
def test_a_receiver_that_asks_for_time_gets_it(
    client: FlaskClient, engine: Engine, receiver: Receiver, image: UUID
) -> None:
    receiver.answers["/hook"] = status(429, Retry_After="3600")
    register(client, f"{receiver.url}/hook")

    report(engine, image)

    row = tried(engine)
    wait = row["due_at"] - row["occurred_at"]
    assert 3590 < wait.total_seconds() < 3660


@pytest.mark.usefixtures("sender")
def test_nothing_more_is_sent_to_a_deleted_endpoint(
    client: FlaskClient, engine: Engine, receiver: Receiver, image: UUID
) -> None:
    receiver.answers["/hook"] = status(410)
    endpoint = register(client, f"{receiver.url}/hook")

    report(engine, image)

    [row] = finished(engine)
    assert (row["status"], row["answer"]) == ("failed", 410)
    path = f"/v1/endpoints/{endpoint['id']}"
    wait_for(lambda: client.get(path).get_json()["disabled_at"], "a disabled endpoint")
    report(engine, image)
    assert len(deliveries(engine)) == 1
    # Until a person enables it and has the message sent again
    replay = f"/v1/deliveries/{row['id']}/replay"
    assert client.post(replay).status_code == 409
    assert client.post(f"{path}/enable").get_json()["disabled_at"] is None
    receiver.answers["/hook"] = status(204)
    assert client.post(replay).status_code == 202
    wait_for(lambda: deliveries(engine)[0]["status"] == "delivered", "the replay")
    assert len(receiver.received("/hook")) == 2


@pytest.mark.usefixtures("sender")
def test_an_answer_of_ten_gigabytes_is_not_read(
    client: FlaskClient, engine: Engine, receiver: Receiver, image: UUID
) -> None:
    receiver.answers["/hook"] = pour
    register(client, f"{receiver.url}/hook")

    report(engine, image)

    [row] = finished(engine)
    assert (row["status"], row["answer"]) == ("delivered", 200)
    # What fits into the buffers of both ends.
    assert receiver.bytes_sent < 64 * 1024 * 1024


@pytest.mark.parametrize("answer", [hang, drip])
@pytest.mark.usefixtures("short_attempts", "sender")
def test_a_receiver_that_never_answers_is_given_up(
    client: FlaskClient,
    engine: Engine,
    receiver: Receiver,
    image: UUID,
    answer: Callable[[Handler], None],
) -> None:
    receiver.answers["/hook"] = answer
    register(client, f"{receiver.url}/hook")

    report(engine, image)

    row = tried(engine)
    assert (row["status"], row["answer"]) == ("waiting", None)
    assert row["error"] == "No answer: it did not arrive in time"


@pytest.mark.usefixtures("long_attempts", "sender")
def test_a_receiver_that_hangs_does_not_delay_others(
    client: FlaskClient, engine: Engine, receiver: Receiver, image: UUID
) -> None:
    receiver.answers["/hangs"] = hang
    register(client, f"{receiver.url}/hangs")
    register(client, f"{receiver.url}/lives")

    # More than all threads could hold at the same time.
    for _ in range(100):
        report(engine, image)

    done = finished(engine, 100)
    assert len(done) == len(receiver.received("/lives")) == 100
    # It has the first message yet.
    assert len(receiver.received("/hangs")) == 1
    assert not any(row["attempts"] for row in deliveries(engine) if row not in done)


@pytest.mark.usefixtures("long_attempts", "sender")
def test_dozens_of_receivers_that_hang_do_not_delay_a_new_one(
    client: FlaskClient, engine: Engine, receiver: Receiver, image: UUID
) -> None:
    for number in range(24):
        receiver.answers[f"/hangs/{number}"] = hang
        register(client, f"{receiver.url}/hangs/{number}")
    report(engine, image)
    wait_for(lambda: len(receiver.messages) == 24, "a message to each")

    register(client, f"{receiver.url}/new")
    report(engine, image)

    [row] = finished(engine)
    assert len(receiver.received("/new")) == 1
    # All others have their first message yet.
    assert not any(other["attempts"] for other in deliveries(engine) if other["id"] != row["id"])


@pytest.mark.usefixtures("sender")
def test_a_delivery_that_fails_for_three_days_ends_and_disables_its_endpoint(
    client: FlaskClient, engine: Engine, receiver: Receiver, image: UUID
) -> None:
    receiver.answers["/hook"] = status(500)
    endpoint = register(client, f"{receiver.url}/hook")
    report(engine, image)
    tried(engine)

    # Given one attempt that is left, on the fourth day
    with transaction(engine) as connection:
        connection.exec_driver_sql("UPDATE endpoints SET created_at = now() - interval '4 days'")
    set_deliveries(engine, "attempts = 9, due_at = now()")

    [row] = finished(engine)
    assert (row["status"], row["attempts"]) == ("failed", 10)
    path = f"/v1/endpoints/{endpoint['id']}"
    wait_for(lambda: client.get(path).get_json()["disabled_reason"], "a disabled endpoint")


@pytest.mark.usefixtures("sender")
def test_nothing_is_sent_to_a_private_address(
    engine: Engine, client: FlaskClient, receiver: Receiver, image: UUID
) -> None:
    # Registered as if its name had had a public address then
    endpoint = register(client, f"{receiver.url}/hook")
    with transaction(engine) as connection:
        connection.exec_driver_sql(
            f"UPDATE endpoints SET url = replace('{endpoint['url']}', '127.0.0.1', '127.0.0.2')"
        )

    report(engine, image)

    [row] = finished(engine)
    assert row["status"] == "failed"
    assert "not public" in str(row["error"])
