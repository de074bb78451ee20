"""`/healthz`: the process is alive. `/readyz`: it can do its work. `/metrics`: for Prometheus."""

from flask import Response, current_app
from flask_openapi3 import APIBlueprint, Tag
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from shared.db.connection.engine import transaction
from shared.db.monitoring.backlog import is_stalled
from shared.errors import Stalled
from shared.messaging.celery_app import INTERACTIVE, count_messages
from shared.observability.metrics_export import readable_registry
from shared.web.context import context
from shared.web.figures.state_metrics import STATE_EXTENSION

health = APIBlueprint("health", __name__, abp_tags=[Tag(name="operation")])


@health.get("/healthz", summary="Check that this process answers")
def healthz() -> dict[str, str]:
    """Says nothing about database, broker or workers; see /readyz."""
    return {"status": "ok"}


@health.get("/readyz", summary="Check that the whole service works")
def readyz() -> dict[str, str]:
    """Answers 503 with a problem document that says what is missing, or that nothing is tagged."""
    here = context()
    problem = here.live.problem()
    count_messages(here.celery, INTERACTIVE)
    with transaction(here.engine) as connection:
        if is_stalled(connection):
            raise Stalled
    return {"status": "ready"} | ({"problem": problem} if problem else {})


@health.get("/metrics", summary="Get metrics in Prometheus' format")
def metrics() -> Response:
    """Counters of all processes on this machine that share a metrics folder."""
    counted = readable_registry()
    looked_up = CollectorRegistry()
    looked_up.register(current_app.extensions[STATE_EXTENSION])
    return Response(
        generate_latest(counted) + generate_latest(looked_up), content_type=CONTENT_TYPE_LATEST
    )
