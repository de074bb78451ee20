"""Gauges as Prometheus' client library collects them."""

from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily

Sample = tuple[tuple[str, ...], float]


def gauge(
    name: str, documentation: str, labels: tuple[str, ...], samples: Iterable[Sample]
) -> GaugeMetricFamily:
    """A gauge with one sample for each combination of its labels' values."""
    family = GaugeMetricFamily(name, documentation, labels=labels)
    for values, value in samples:
        family.add_metric(values, value)
    return family


def plain(name: str, documentation: str, value: float) -> GaugeMetricFamily:
    """A gauge without labels."""
    return GaugeMetricFamily(name, documentation, value)
