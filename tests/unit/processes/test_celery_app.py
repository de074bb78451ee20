"""Which queue a task is sent to, and who consumes it."""

import pytest

from shared.config import load_settings
from shared.messaging.celery_app import (
    FINETUNE,
    MAINTENANCE,
    RETAG,
    SWEEP,
    TRAINING,
    WORKER_QUEUES,
    create_celery,
    queue_named,
)


@pytest.mark.parametrize(
    ("task", "queue"), [(SWEEP, MAINTENANCE), (RETAG, MAINTENANCE), (FINETUNE, TRAINING)]
)
@pytest.mark.parametrize("consumed", [WORKER_QUEUES, (TRAINING,)])
def test_every_app_can_send_every_task(task: str, queue: str, consumed: tuple[str, ...]) -> None:
    with create_celery(load_settings()) as app:
        app.conf.task_queues = [queue_named(name) for name in consumed]

        route = app.amqp.router.route({}, task)

    assert route["queue"].name == queue


def test_a_worker_that_names_no_queues_leaves_the_trainer_its_own() -> None:
    with create_celery(load_settings()) as app:
        assert TRAINING not in app.amqp.queues.consume_from
