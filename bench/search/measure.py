"""Measure searches as requests to the catalog, and note the plans that Postgres chose."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, event, text
from werkzeug.test import TestResponse

from bench.results.stats import percentile
from bench.search.clock import RequestClock, Took
from bench.search.kinds import Kind, kinds
from bench.setup.machine import processor
from shared.web.context import context

ROUNDS = 40
WARM_UPS = 2


@dataclass
class Measured:
    """What each request took, and the plans of the first."""

    requests: list[Took] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)
    total: str = ""


def measure(client: FlaskClient, engine: Engine, clock: RequestClock, kind: Kind) -> Measured:
    """Run searches of one kind in turn."""
    measured = Measured()
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


def table_of(images: int) -> Table:
    """Return an empty table for `add_row`."""
    table = Table(title=f"searches of {images:,} images; {processor()}", title_justify="left")
    table.add_column("search")
    for heading in ("matches", "p50 ms", "p95 ms", "p50 CPU ms", "p95 CPU ms"):
        table.add_column(heading, justify="right")
    table.add_column("plan", overflow="fold")
    return table


def add_row(table: Table, kind: Kind, measured: Measured) -> None:
    """Add the figures of one kind."""
    clock = [took.clock for took in measured.requests]
    processor_time = [took.processor for took in measured.requests]
    table.add_row(
        kind.name,
        measured.total,
        *(f"{percentile(one, at):.0f}" for one in (clock, processor_time) for at in (50, 95)),
        " | ".join(measured.plans),
    )


def measure_searches(app: Flask, console: Console) -> None:
    """Measure every kind of search and print a table."""
    logging.disable(logging.INFO)
    with app.app_context():
        engine = context().engine
    with engine.connect() as connection:
        images = connection.scalar(text("SELECT count(*) FROM images"))
        wanted = kinds(connection)
    table, clock = table_of(images), RequestClock(engine)
    for kind in wanted:
        add_row(table, kind, measure(app.test_client(), engine, clock, kind))
    console.print(table)


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
