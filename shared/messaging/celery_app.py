"""Configure Celery for every service: JSON only, late acknowledgement, messages that carry ids."""

from collections.abc import Sequence
from typing import Any

from celery import Celery
from kombu import Exchange, Queue
from kombu.exceptions import OperationalError

from shared.config import Settings
from shared.errors import Unavailable

INTERACTIVE = "tagging.interactive"
BULK = "tagging.bulk"
MAINTENANCE = "maintenance"
NOTIFY = "notify"
# The queue that an app without configuration sends to.
FOREIGN = "celery"
TRAINING = "training"
# In order of urgency: a person who waits comes before a folder of a million files.
WORKER_QUEUES = (MAINTENANCE, NOTIFY, INTERACTIVE, FOREIGN, BULK)
# The queues whose messages stand for waiting images.
KNOWN_QUEUES = (*WORKER_QUEUES, TRAINING)
# One batch is stored, one is in the network, one is decoded, and one is ready. More would only make
# an interactive image wait behind them.
TASKS_AT_ONCE = 4

TAG_IMAGES = "tagloop.tag_images"
TAG_URL = "tagloop.tag_url"
FETCH_URLS = "tagloop.fetch_urls"
EMBED = "tagloop.embed"
EMBED_TEXT = "tagloop.embed_text"
SWEEP = "tagloop.sweep"
RETAG = "tagloop.retag"
FINETUNE = "tagloop.finetune"
DELIVER = "tagloop.deliver"
INDEX_CODES = "tagloop.index_codes"

# A message only says that there are rows to look at, so a lost or repeated one does no harm. It is
# delivered again after this time if the worker that took it died.
VISIBILITY_SECONDS = 300
SOCKET_SECONDS = 5
RESULT_SECONDS = 3600


def create_celery(settings: Settings) -> Celery:
    """Return a Celery app for the configured broker; it connects when first used."""
    app = Celery("tagloop", broker=settings.broker_url)
    app.conf.update(
        result_backend=settings.result_url or settings.broker_url,
        result_expires=RESULT_SECONDS,
        task_serializer="json",
        result_serializer="json",
        accept_content=["json"],
        timezone="UTC",
        task_queues=[queue_named(name) for name in WORKER_QUEUES],
        task_default_queue=INTERACTIVE,
        task_create_missing_queues=False,
        # As queues rather than by name: not every app knows all of them. One that is started
        # without naming its queues consumes those that it knows.
        task_routes={
            SWEEP: {"queue": queue_named(MAINTENANCE)},
            RETAG: {"queue": queue_named(MAINTENANCE)},
            DELIVER: {"queue": queue_named(NOTIFY)},
            INDEX_CODES: {"queue": queue_named(MAINTENANCE)},
            FINETUNE: {"queue": queue_named(TRAINING)},
        },
        task_acks_late=True,
        task_ignore_result=True,
        worker_concurrency=TASKS_AT_ONCE,
        worker_prefetch_multiplier=1,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_hijack_root_logger=False,
        # Celery cannot close its remote-control mailbox once the broker is gone, and that ends the
        # worker (kombu issue 582). It happened all 20 times that Redis was killed under load, and
        # never without the mailbox.
        worker_enable_remote_control=False,
        broker_connection_retry_on_startup=True,
        # Without it, one READONLY or out-of-memory answer of Redis ends the worker.
        broker_channel_error_retry=True,
        broker_transport_options={
            "visibility_timeout": VISIBILITY_SECONDS,
            # Queues are emptied in the order in which the worker names them.
            "queue_order_strategy": "priority",
            "priority_steps": [0],
            # Without it, publishing on a dead connection waits forever.
            "socket_timeout": SOCKET_SECONDS,
            "socket_connect_timeout": SOCKET_SECONDS,
            "socket_keepalive": True,
        },
        redis_socket_timeout=SOCKET_SECONDS,
        redis_socket_connect_timeout=SOCKET_SECONDS,
    )
    return app


def queue_named(name: str) -> Queue:
    """Return a queue, declared as Celery declares it for any app that sends to this name."""
    return Queue(name, Exchange(name), routing_key=name)


def count_messages(celery: Celery, queue: str) -> int:
    """Return how many messages wait in a queue.

    Raises:
        Unavailable: the broker does not answer.
    """
    return count_all_messages(celery, (queue,))[queue]


def count_all_messages(celery: Celery, queues: Sequence[str]) -> dict[str, int]:
    """Return how many messages wait in each queue.

    Raises:
        Unavailable: the broker does not answer.
    """
    try:
        with celery.connection_for_read() as connection:
            connection.ensure_connection(max_retries=1, timeout=SOCKET_SECONDS)
            channel: Any = connection.default_channel
            # A queue that has never had a message does not exist yet.
            return {
                queue: int(channel.queue_declare(queue, passive=False).message_count)
                for queue in queues
            }
    except (OperationalError, OSError) as error:
        raise Unavailable(f"The broker does not answer: {error}") from error
