"""Messages to the workers: few, soon, and never a problem of the caller."""

import base64
import json
from collections.abc import Iterator
from contextlib import closing

import pytest
from celery import Celery
from redis import Redis

from shared.config import Settings
from shared.errors import Unavailable
from shared.messaging import relay as relay_module
from shared.messaging.celery_app import (
    BULK,
    FETCH_URLS,
    INTERACTIVE,
    TAG_IMAGES,
    count_messages,
    create_celery,
)
from shared.messaging.publisher import IDS_PER_MESSAGE, publish_ids
from shared.messaging.relay import Relay
from shared.storage.image_ids import new_image_id
from tests.support.conditions import wait_for


@pytest.fixture
def relay(celery: Celery) -> Iterator[Relay]:
    with closing(Relay(celery)) as relay:
        yield relay


@pytest.fixture
def unreachable(settings: Settings) -> Iterator[Celery]:
    """An app whose broker does not answer."""
    app = create_celery(settings.model_copy(update={"broker_url": "redis+socket:///nowhere"}))
    yield app
    app.close()


@pytest.fixture
def full(redis: Redis) -> Iterator[Redis]:
    """A broker that accepts no messages, because its memory is full."""
    redis.config_set("maxmemory", 1)
    yield redis
    redis.config_set("maxmemory", 0)


def messages(redis: Redis, queue: str) -> list[tuple[str, list[object]]]:
    """Return task and arguments of every waiting message, the oldest first."""
    found = []
    for raw in reversed(redis.lrange(queue, 0, -1)):
        message = json.loads(raw)
        arguments, _, _ = json.loads(base64.b64decode(message["body"]))
        found.append((message["headers"]["task"], arguments))
    return found


def announced(redis: Redis, queue: str) -> list[object]:
    return [name for _, [ids] in messages(redis, queue) for name in ids]  # type: ignore[attr-defined]


def test_many_ids_arrive_in_few_messages(relay: Relay, redis: Redis) -> None:
    ids = [new_image_id() for _ in range(200)]
    for image_id in ids:
        relay.announce(BULK, [image_id])

    wait_for(lambda: len(announced(redis, BULK)) == len(ids), "all ids")

    assert announced(redis, BULK) == [str(image_id) for image_id in ids]
    sent = messages(redis, BULK)
    assert {task for task, _ in sent} == {TAG_IMAGES}
    assert max(len(names) for _, [names] in sent) <= IDS_PER_MESSAGE  # type: ignore[arg-type]
    assert len(sent) < len(ids) / 4


def test_more_is_gathered_while_messages_wait(
    relay: Relay, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Long enough to announce the second image before the relay looks at the queue.
    monkeypatch.setattr(relay_module, "GATHER_SECONDS_PER_ID", 2.0)
    monkeypatch.setattr(relay_module, "MAX_GATHER_SECONDS", 2.0)
    monkeypatch.setattr(relay_module, "BEHIND_SECONDS", 3600.0)
    first, second = new_image_id(), new_image_id()
    relay.announce(BULK, [first])
    wait_for(lambda: announced(redis, BULK) == [str(first)], "the first message")
    looks = looks_at_queues(redis)

    relay.announce(BULK, [second])

    wait_for(lambda: looks_at_queues(redis) >= looks + 3, "looks at the queue")
    assert announced(redis, BULK) == [str(first)]
    redis.delete(BULK)  # as a worker that takes the message
    wait_for(lambda: announced(redis, BULK) == [str(second)], "the second message")


def looks_at_queues(redis: Redis) -> int:
    """Return how often the broker was asked for the length of a queue."""
    return int(redis.info("commandstats").get("cmdstat_llen", {}).get("calls", 0))


def test_gathered_ids_are_sent_when_the_process_ends(relay: Relay, redis: Redis) -> None:
    ids = [new_image_id() for _ in range(20)]
    for image_id in ids:
        relay.announce(BULK, [image_id])

    relay.close()

    wait_for(lambda: len(announced(redis, BULK)) == len(ids), "all ids")


def test_each_queue_gets_its_own(relay: Relay, redis: Redis) -> None:
    one, other = new_image_id(), new_image_id()

    relay.announce(INTERACTIVE, [one])
    relay.announce(BULK, [other])
    relay.announce_urls()

    wait_for(lambda: redis.llen(BULK) == 1 and redis.llen(INTERACTIVE) == 2, "the messages")
    assert (TAG_IMAGES, [[str(one)]]) in messages(redis, INTERACTIVE)
    assert (FETCH_URLS, []) in messages(redis, INTERACTIVE)
    assert announced(redis, BULK) == [str(other)]


def test_an_unreachable_broker_raises_nothing_to_the_caller(unreachable: Celery) -> None:
    publish_ids(unreachable, BULK, [str(new_image_id())])


def test_a_full_broker_raises_nothing_to_the_caller(celery: Celery, full: Redis) -> None:
    publish_ids(celery, BULK, [str(new_image_id())])

    assert full.llen(BULK) == 0


def test_images_that_a_full_broker_refused_are_announced_when_it_has_room(
    relay: Relay, full: Redis
) -> None:
    # Given a relay that has failed to deliver
    refused = new_image_id()
    relay.announce(BULK, [refused])
    denied = wait_for(lambda: full.info("errorstats").get("errorstat_OOM"), "a refusal")
    assert denied

    # When there is room again
    full.config_set("maxmemory", 0)
    later = new_image_id()
    relay.announce(BULK, [later])

    # Then what was refused is delivered, and what comes as well.
    wait_for(lambda: len(announced(full, BULK)) == 2, "both images")
    assert announced(full, BULK) == [str(refused), str(later)]


def test_messages_are_counted(celery: Celery, redis: Redis) -> None:
    assert count_messages(celery, BULK) == 0

    publish_ids(celery, BULK, [str(new_image_id()) for _ in range(IDS_PER_MESSAGE + 1)])

    assert count_messages(celery, BULK) == redis.llen(BULK) == 2


def test_counting_messages_of_an_unreachable_broker_raises_an_error(unreachable: Celery) -> None:
    with pytest.raises(Unavailable, match="broker does not answer"):
        count_messages(unreachable, BULK)
