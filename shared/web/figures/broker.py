"""The number of messages in the broker, under the name that celery-exporter made common."""

from celery import Celery
from prometheus_client.core import Metric

from shared.messaging.celery_app import KNOWN_QUEUES, count_all_messages
from shared.web.figures.family import gauge


def broker_figures(celery: Celery) -> list[Metric]:
    """Return messages by queue.

    Raises:
        Unavailable: the broker does not answer.
    """
    counts = count_all_messages(celery, KNOWN_QUEUES)
    return [
        gauge(
            "celery_queue_length",
            "Messages that wait in a queue of the broker",
            ("queue_name",),
            [((queue,), messages) for queue, messages in counts.items()],
        )
    ]
