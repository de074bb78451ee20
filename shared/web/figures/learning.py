"""Figures about learning: the queue, runs, versions, and people's verdicts on tags."""

from collections.abc import Iterator
from itertools import islice

from prometheus_client.core import Metric
from sqlalchemy import Connection

from shared.db.models.models import find_live_model
from shared.db.models.runs.history import count_queue
from shared.db.models.switching.reading import find_last_switch
from shared.db.monitoring.live_precision import judge_shown_tags
from shared.db.monitoring.observing import (
    count_left_to_retag,
    count_runs,
    count_versions,
    read_quality,
)
from shared.web.figures.family import Sample, gauge, plain

JUDGED_DAYS = 28
# This many tags have a series of their own; the others share one.
TAGS_SHOWN = 30
OTHER_TAGS = "(other)"


def version_figures(connection: Connection) -> list[Metric]:
    """Return versions, runs and queues; cheap enough for every scrape."""
    live = find_live_model(connection)
    runs = count_runs(connection)
    return [
        gauge(
            "tagloop_model_info",
            "The live model",
            ("kind", "version"),
            [(("backbone", live.backbone), 1), (("head", str(live.version)), 1)] if live else [],
        ),
        gauge(
            "tagloop_model_versions",
            "Versions of the model by status",
            ("status",),
            [((row["status"],), row["versions"]) for row in count_versions(connection)],
        ),
        gauge(
            "tagloop_model_quality",
            "Quality of a version on images that it was not trained on, 0 to 1",
            ("metric", "version"),
            [
                ((row["metric"], str(row["version"])), row["value"])
                for row in read_quality(connection)
            ],
        ),
        plain(
            "tagloop_retraining_queue",
            "Corrections that no run has taken yet",
            count_queue(connection),
        ),
        gauge(
            "tagloop_finetune_runs",
            "Fine-tune runs by status",
            ("status",),
            [((row["status"],), row["runs"]) for row in runs],
        ),
        gauge(
            "tagloop_finetune_ended_timestamp_seconds",
            "When the last run with this outcome ended, in seconds since 1970",
            ("status",),
            [((row["status"],), row["ended_at"]) for row in runs if row["ended_at"] is not None],
        ),
        plain(
            "tagloop_retag_images_left",
            "Images that wait to be re-tagged",
            count_left_to_retag(connection),
        ),
        *_switch_figures(connection),
    ]


def _switch_figures(connection: Connection) -> list[Metric]:
    """Return the progress of the last change of the network; no samples if there was none."""
    switch = find_last_switch(connection)
    info: list[Sample] = []
    images: list[Sample] = []
    if switch is not None:
        done, skipped = switch["done"], switch["skipped"]
        left = max((switch["total"] or 0) - done - skipped, 0)
        info = [((switch["backbone"], switch["status"]), float(switch["finished_at"] is None))]
        images = [(("left",), left), (("done",), done), (("skipped",), skipped)]
    return [
        gauge(
            "tagloop_switch_info",
            "The last change of the network: 1 while it goes on",
            ("backbone", "status"),
            info,
        ),
        gauge(
            "tagloop_switch_images",
            "Images of the last change of the network, by what became of them",
            ("state",),
            images,
        ),
    ]


def precision_figures(connection: Connection) -> list[Metric]:
    """Return how many of the shown tags people kept and removed."""
    return [
        gauge(
            "tagloop_shown_tags_judged",
            f"Shown tags of the images corrected within {JUDGED_DAYS} days, kept and removed",
            ("tag", "verdict"),
            _judged_samples(connection),
        )
    ]


def _judged_samples(connection: Connection) -> Iterator[Sample]:
    rows = iter(judge_shown_tags(connection, JUDGED_DAYS))
    for row in islice(rows, TAGS_SHOWN):
        yield (row["slug"], "kept"), row["kept"]
        yield (row["slug"], "removed"), row["removed"]
    others = list(rows)
    yield (OTHER_TAGS, "kept"), sum(row["kept"] for row in others)
    yield (OTHER_TAGS, "removed"), sum(row["removed"] for row in others)
