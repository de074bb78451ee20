"""Figures about the queues, the leases and the database."""

from prometheus_client.core import Metric
from sqlalchemy import Connection

from shared.db.monitoring.backlog import count_waiting, is_stalled
from shared.db.monitoring.observing import measure_database
from shared.messaging.celery_app import BULK, INTERACTIVE
from shared.web.figures.family import gauge, plain


def work_figures(connection: Connection) -> list[Metric]:
    """Queues, leases and the database; cheap enough for every scrape."""
    waiting = {row["queue"]: row for row in count_waiting(connection)}
    queues = sorted({INTERACTIVE, BULK, *waiting})
    database = measure_database(connection)
    return [
        gauge(
            "tagloop_queue_depth",
            "Images that wait to be tagged",
            ("queue",),
            [((q,), waiting[q]["images"] if q in waiting else 0) for q in queues],
        ),
        gauge(
            "tagloop_oldest_waiting_seconds",
            "For how long the oldest waiting image has waited",
            ("queue",),
            [((q,), waiting[q]["oldest_seconds"] if q in waiting else 0) for q in queues],
        ),
        plain(
            "tagloop_stalled",
            "1 while images wait and no worker holds any",
            float(is_stalled(connection)),
        ),
        gauge(
            "tagloop_leases",
            "Waiting images that a worker holds, and those whose worker let its lease run out",
            ("state",),
            [((s,), sum(row[s] for row in waiting.values())) for s in ("held", "expired")],
        ),
        plain("tagloop_database_bytes", "Size of the database", database["bytes"]),
        gauge(
            "tagloop_database_connections",
            "Connections to the database: open now, and how many the server takes",
            ("kind",),
            [(("open",), database["connections"]), (("most",), database["max_connections"])],
        ),
    ]
