"""Measure what the page asks for besides searches: themes, profiles of owners, suggestions."""

from flask import Flask

from bench.search.clock import RequestClock
from bench.search.library.fill import OWNERS
from bench.search.report import TIMES, markdown, time_cells
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


def measure_overviews(app: Flask) -> str:
    """Return a table of what each path takes."""
    with app.app_context():
        clock = RequestClock(context().engine)
    client = app.test_client()
    rows = []
    for path in PATHS:
        assert client.get(path).status_code == 200
        tooks = []
        for _ in range(ROUNDS):
            with clock.measure() as took:
                client.get(path)
            tooks.append(took)
        rows.append((f"`{path}`", *time_cells(tooks)))
    return markdown(("path", *TIMES), rows)
