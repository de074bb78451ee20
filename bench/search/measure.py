"""Measure searches as requests to the catalog, and note the plans that Postgres chose."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from rich.console import Console
from sqlalchemy import Engine, event
from werkzeug.test import TestResponse

from bench.search.clock import RequestClock, Took
from bench.search.kinds import Kind, kinds
from bench.search.report import TIMES, markdown, time_cells
from shared.web.context import context

ROUNDS = 32
WARM_UPS = 2


@dataclass
class SearchTimes:
    """What each request took, and the plans of the first."""

    requests: list[Took] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)
    total: str = ""


def measure(client: FlaskClient, engine: Engine, clock: RequestClock, kind: Kind) -> SearchTimes:
    """Run searches of one kind in turn."""
    measured = SearchTimes()
    pages = [_turn_pages(client, kind, q) for q in kind.searches]
    for number in range(-WARM_UPS * len(pages), ROUNDS):
        page = pages[number % len(pages)]
        with clock.measure() as took:
            answer = client.get("/v1/search", query_string=page)
        if number >= 0:
            measured.requests.append(took)
        measured.total = _total(_read(answer))
    with _explained(engine) as measured.plans:
        _ask(client, pages[0])
    return measured


def measure_searches(app: Flask, console: Console) -> str:
    """Measure every kind of search, print the plans, and return a table."""
    logging.disable(logging.INFO)
    with app.app_context():
        engine = context().engine
    with engine.connect() as connection:
        wanted = kinds(connection)
    rows, clock = [], RequestClock(engine)
    for kind in wanted:
        measured = measure(app.test_client(), engine, clock, kind)
        rows.append((kind.name, measured.total, *time_cells(measured.requests)))
        console.print(f"{kind.name}: {' | '.join(measured.plans)}", markup=False, emoji=False)
    return markdown(("search", "matches", *TIMES), rows)


def _turn_pages(client: FlaskClient, kind: Kind, q: str) -> dict[str, Any]:
    """Return the parameters of the page that is measured."""
    parameters: dict[str, Any] = {"q": q, "order": kind.order}
    for _ in range(kind.page - 1):
        cursor = _ask(client, parameters)["next"]
        if cursor is None:
            break
        parameters["cursor"] = cursor
    return parameters


def _ask(client: FlaskClient, parameters: dict[str, Any]) -> dict[str, Any]:
    return _read(client.get("/v1/search", query_string=parameters))


def _read(answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.get_json()
    assert not document["unknown"], document["unknown"]
    return document


def _total(answer: dict[str, Any]) -> str:
    if answer["total"] is None:
        return ""
    return f"{answer['total']:,}" + ("+" if answer["total_capped"] else "")


@contextmanager
def _explained(engine: Engine) -> Iterator[list[str]]:
    """Collect the plans of the statements that search, as they are run."""
    plans: list[str] = []

    def explain(_: Any, cursor: Any, statement: str, parameters: Any, *__: Any) -> None:
        if "image_search" in statement or "image_tags" in statement:
            with cursor.connection.cursor() as own:
                own.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + statement, parameters)
                [[[plan]]] = own.fetchall()
            steps = dict.fromkeys(_scans(plan["Plan"]))
            plans.append(f"{plan['Execution Time']:.0f} ms: {', '.join(steps)}")

    with _listening(engine, before_cursor_execute=explain):
        yield plans


@contextmanager
def _listening(engine: Engine, **listeners: Any) -> Iterator[None]:
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners.items():
            event.remove(engine, name, listener)


def _scans(node: dict[str, Any]) -> Iterator[str]:
    """Name the index or table behind each scan that ran."""
    name = node.get("Index Name") or node.get("Relation Name")
    if name and node["Actual Loops"] and node["Node Type"] != "Bitmap Heap Scan":
        yield f"{node['Node Type'].lower()} {name}"
    for part in node.get("Plans", ()):
        yield from _scans(part)
