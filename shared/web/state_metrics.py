"""Figures that stand in the database, read when Prometheus asks for them."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from shared.db.backlog import count_waiting
from shared.db.engine import transaction
from shared.db.models import find_live_model
from shared.db.run_history import count_queue
from shared.web.context import Context


class StateCollector(Collector):
    """What waits to be tagged or learned from, and which model is live."""

    def __init__(self, here: Context) -> None:
        self._here = here

    def collect(self) -> Iterator[Metric]:
        """Read the figures.

        Raises:
            Unavailable: Postgres is away.
        """
        with transaction(self._here.engine) as connection:
            waiting = count_waiting(connection)
            live = find_live_model(connection)
            corrections = count_queue(connection)
        depth = GaugeMetricFamily(
            "tagloop_queue_depth", "Images that wait to be tagged", labels=("queue",)
        )
        oldest = GaugeMetricFamily(
            "tagloop_oldest_waiting_seconds",
            "For how long the oldest waiting image has waited",
            labels=("queue",),
        )
        for row in waiting:
            depth.add_metric([row["queue"]], row["images"])
            oldest.add_metric([row["queue"]], row["oldest_seconds"])
        yield depth
        yield oldest
        model = GaugeMetricFamily(
            "tagloop_model_info", "The live model", labels=("kind", "version")
        )
        if live is not None:
            model.add_metric(["backbone", live.backbone], 1)
            model.add_metric(["head", str(live.version)], 1)
        yield model
        yield GaugeMetricFamily(
            "tagloop_retraining_queue", "Corrections that no run has taken yet", corrections
        )
