"""Panels and dashboards, and their JSON for Grafana."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

DATA_SOURCE = {"type": "prometheus", "uid": "tagloop-prometheus"}
SCHEMA_VERSION = 38
# Grafana's grid is 24 columns wide.
COLUMNS = 24
HEIGHT = 8
STAT_HEIGHT = 4
REFRESH = "10s"

Json = dict[str, Any]


@dataclass(frozen=True)
class PanelQuery:
    """A query in PromQL, and the names of its series."""

    expr: str
    legend: str = ""
    instant: bool = False


@dataclass(frozen=True)
class Panel:
    """A panel.

    unit: Grafana's id of the unit. width: of 24 columns. help: what to read from it.
    """

    title: str
    queries: Sequence[PanelQuery]
    unit: str = "short"
    width: int = 8
    kind: Literal["timeseries", "stat", "table", "bargauge"] = "timeseries"
    help: str = ""

    @property
    def height(self) -> int:
        """Return the height, in rows of the grid."""
        return STAT_HEIGHT if self.kind == "stat" else HEIGHT

    def to_json(self, number: int, column: int, row: int) -> Json:
        """Return the panel as Grafana stores it."""
        return {
            "id": number,
            "type": self.kind,
            "title": self.title,
            "description": self.help,
            "datasource": DATA_SOURCE,
            "gridPos": {"x": column, "y": row, "w": self.width, "h": self.height},
            "fieldConfig": {"defaults": {"unit": self.unit, "min": 0}, "overrides": []},
            "targets": [
                {
                    "refId": chr(ord("A") + position),
                    "datasource": DATA_SOURCE,
                    "expr": query.expr,
                    "legendFormat": query.legend,
                    "instant": query.instant,
                    "range": not query.instant,
                    "format": "table" if self.kind == "table" else "time_series",
                }
                for position, query in enumerate(self.queries)
            ],
        }


@dataclass(frozen=True)
class Dashboard:
    """Panels in their order.

    numbers: variables that a reader can set, by name: label and default.
    """

    uid: str
    title: str
    panels: Sequence[Panel]
    numbers: dict[str, tuple[str, str]] = field(default_factory=dict)

    def to_json(self) -> Json:
        """Return the dashboard as Grafana's provisioning reads it."""
        return {
            "uid": self.uid,
            "title": self.title,
            "tags": ["tagloop"],
            "editable": True,
            "schemaVersion": SCHEMA_VERSION,
            "refresh": REFRESH,
            "time": {"from": "now-1h", "to": "now"},
            "timezone": "browser",
            "templating": {
                "list": [
                    {
                        "name": name,
                        "label": label,
                        "type": "textbox",
                        "query": default,
                        "current": {"text": default, "value": default},
                        "options": [{"text": default, "value": default, "selected": True}],
                    }
                    for name, (label, default) in self.numbers.items()
                ]
            },
            "panels": self._placed(),
        }

    def _placed(self) -> list[Json]:
        """Return the panels in rows, each as high as its highest panel."""
        placed, column, row, tallest = [], 0, 0, 0
        for number, panel in enumerate(self.panels, start=1):
            if column + panel.width > COLUMNS:
                column, row, tallest = 0, row + tallest, 0
            placed.append(panel.to_json(number, column, row))
            column, tallest = column + panel.width, max(tallest, panel.height)
        return placed


def rate_by(label: str, metric: str) -> PanelQuery:
    """Return a query of a rate per second, with a series for each value of a label."""
    return PanelQuery(f"sum by ({label}) (rate({metric}[$__rate_interval]))", f"{{{{{label}}}}}")


def quantile_by(label: str, quantile: float, histogram: str) -> PanelQuery:
    """Return a query of a quantile of a histogram, with a series for each value of a label."""
    return PanelQuery(
        f"histogram_quantile({quantile:g}, "
        f"sum by (le, {label}) (rate({histogram}_bucket[$__rate_interval])))",
        f"{{{{{label}}}}}",
    )


def quantiles(histogram: str) -> list[PanelQuery]:
    """Return queries of the median, 95 % and 99 % quantiles of a histogram."""
    return [
        PanelQuery(
            f"histogram_quantile({quantile:g}, "
            f"sum by (le) (rate({histogram}_bucket[$__rate_interval])))",
            f"p{quantile * 100:g}",
        )
        for quantile in (0.5, 0.95, 0.99)
    ]


def mean_by(label: str, histogram: str) -> PanelQuery:
    """Return a query of the mean of a histogram, with a series for each value of a label."""
    return PanelQuery(
        f"sum by ({label}) (rate({histogram}_sum[$__rate_interval])) / "
        f"(sum by ({label}) (rate({histogram}_count[$__rate_interval])) > 0)",
        f"{{{{{label}}}}}",
    )
