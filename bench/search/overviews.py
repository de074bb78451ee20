"""Measure what the page asks for besides searches: themes, profiles of owners, suggestions."""

from flask import Flask
from rich.console import Console

from bench.results.stats import percentile
from bench.search.clock import RequestClock
from bench.search.library.fill import OWNERS
from shared.web.context import context

ROUNDS = 10
# The first owner has a third of all images.
PATHS = (
    "/v1/themes",
    f"/v1/owners/{OWNERS[0]}/profile",
    f"/v1/owners/{OWNERS[-1]}/profile",
    "/v1/search/suggest?q=do",
    "/v1/search/suggest?q=dog+owner:o",
)


def measure_overviews(app: Flask, console: Console) -> None:
    """Print the time of each path."""
    with app.app_context():
        clock = RequestClock(context().engine)
    client = app.test_client()
    for path in PATHS:
        assert client.get(path).status_code == 200
        tooks = []
        for _ in range(ROUNDS):
            with clock.measure() as took:
                client.get(path)
            tooks.append(took)
        clocks = [took.clock for took in tooks]
        processor = percentile([took.processor for took in tooks], 50)
        console.print(
            f"{path}: p50 {percentile(clocks, 50):.0f} ms, p95 {percentile(clocks, 95):.0f} ms, "
            f"{processor:.0f} ms on a core",
            emoji=False,
        )
