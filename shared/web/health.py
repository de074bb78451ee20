"""`/healthz`: the process lives. `/readyz`: it can do its work. `/metrics`: for Prometheus."""

import os

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from shared.celery_app import INTERACTIVE, count_messages
from shared.db.backlog import is_stalled
from shared.db.engine import transaction
from shared.errors import Stalled
from shared.web.context import context
from shared.web.state_metrics import StateCollector

MULTIPROCESS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

health = APIBlueprint("health", __name__, abp_tags=[Tag(name="operation")])


@health.get("/healthz", summary="Whether this process answers")
def healthz() -> dict[str, str]:
    """Says nothing about database, broker or workers; see /readyz."""
    return {"status": "ok"}


@health.get("/readyz", summary="Whether everything works, the workers included")
def readyz() -> dict[str, str]:
    """503 with a problem document that names what is missing, or says that nothing gets tagged."""
    here = context()
    here.live.get()
    count_messages(here.celery, INTERACTIVE)
    with transaction(here.engine) as connection:
        if is_stalled(connection):
            raise Stalled
    return {"status": "ready"}


@health.get("/metrics", summary="Metrics for Prometheus")
def metrics() -> Response:
    """Counters of all processes on this machine that share a metrics folder."""
    if MULTIPROCESS_VARIABLE in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    else:
        registry = REGISTRY
    state = CollectorRegistry()
    state.register(StateCollector(context()))
    return Response(
        generate_latest(registry) + generate_latest(state), content_type=CONTENT_TYPE_LATEST
    )
