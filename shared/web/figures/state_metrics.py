"""Figures that are read from database, broker and disk when Prometheus asks for them.

If one of them does not answer, only its own figures are missing: the others are needed most at such
a time.
"""

from collections.abc import Callable, Iterator

from prometheus_client.core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection

from shared.db.connection.engine import transaction
from shared.errors import Unavailable
from shared.web.context import Context
from shared.web.figures.bounded import BoundedCall
from shared.web.figures.broker import broker_figures
from shared.web.figures.disk import disk_figures
from shared.web.figures.drifting import drift_figures
from shared.web.figures.family import gauge, plain
from shared.web.figures.learning import precision_figures, version_figures
from shared.web.figures.work import work_figures

STATE_EXTENSION = "tagloop-state"
# Seconds that all parts together get; Prometheus asks other targets too.
MAX_SECONDS = 0.8
# On a busy machine, one pass over a long queue may take longer than that.
KEEP_SECONDS = 15.0
# Figures that take more than a look at an index may be older.
SLOW_SECONDS = 60.0

Figures = list[Metric]


class StateCollector(Collector):
    """Reads database, broker and disk; one for a web process, asked by several threads."""

    def __init__(self, here: Context) -> None:
        self._here = here
        self._slow = BoundedCall(
            self._read_slow, MAX_SECONDS, keep_seconds=2 * SLOW_SECONDS, rest_seconds=SLOW_SECONDS
        )
        self._model = BoundedCall(self._read_model, MAX_SECONDS, keep_seconds=KEEP_SECONDS)
        self._parts = {
            "database": BoundedCall(self._read_database, MAX_SECONDS, keep_seconds=KEEP_SECONDS),
            "broker": BoundedCall(lambda: broker_figures(here.celery), MAX_SECONDS),
            "storage": BoundedCall(lambda: disk_figures(here.settings.storage_url), MAX_SECONDS),
        }

    def collect(self) -> Iterator[Metric]:
        """Every figure of the parts that answer, and which of them do."""
        for part in (*self._parts.values(), self._model, self._slow):
            part.start()
        answers = {name: part.get() for name, part in self._parts.items()}
        yield gauge(
            "tagloop_part_up",
            "1 while a web process reaches this part",
            ("part",),
            [((name,), float(answer is not None)) for name, answer in answers.items()],
        )
        for answer in (*answers.values(), self._model.get(), self._slow.get()):
            yield from answer or []

    def _read_database(self) -> Figures:
        return [*self._read(work_figures), *self._read(version_figures)]

    def _read_model(self) -> Figures:
        try:
            is_readable = self._here.live.problem() is None
        except Unavailable:
            is_readable = False
        meaning = "1 while the file of the live version can be read"
        return [plain("tagloop_model_file_readable", meaning, float(is_readable))]

    def _read_slow(self) -> Figures:
        return [*self._read(precision_figures), *self._read(drift_figures)]

    def _read(self, figures: Callable[[Connection], Figures]) -> Figures:
        with transaction(self._here.engine) as connection:
            return figures(connection)
