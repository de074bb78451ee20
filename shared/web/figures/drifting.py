"""Drift: the last day compared with the last 28 days."""

from prometheus_client.core import Metric
from sqlalchemy import Connection

from shared.model.drift import measure_drift
from shared.web.figures.family import gauge

DAY = "day"
MONTH = "28 days"


def drift_figures(connection: Connection) -> list[Metric]:
    """Return shares of common tags, confidences, and how much both have drifted."""
    drift = measure_drift(connection)
    windows = {DAY: drift.day, MONTH: drift.month}
    return [
        gauge(
            "tagloop_tag_share",
            "Share of the images that show a tag, for the tags that are common",
            ("tag", "window"),
            [
                ((slug, window), shown.share(slug))
                for window, shown in windows.items()
                for slug in drift.common_tags()
            ],
        ),
        gauge(
            "tagloop_mean_confidence",
            "Mean confidence of the tags that are shown",
            ("window",),
            [
                ((window,), mean)
                for window, shown in windows.items()
                if (mean := shown.mean_confidence()) is not None
            ],
        ),
        gauge(
            "tagloop_drift",
            "Distance of the last day from the last 28 days, as population stability index",
            ("of",),
            [(("tags",), drift.of_tags()), (("confidences",), drift.of_confidences())],
        ),
        gauge(
            "tagloop_drift_sample_images",
            "Images that the figures of drift come from",
            ("window",),
            [((window,), shown.images) for window, shown in windows.items()],
        ),
    ]
