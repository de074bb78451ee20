"""Measure searches as requests to the catalog, and note the plans that Postgres chose."""

import logging
import time
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
from bench.search.kinds import Kind, kinds
from bench.setup.machine import processor
from shared.web.context import context

ROUNDS = 40
WARM_UPS = 2
TARGET_MILLISECONDS = 30


@dataclass
class Measured:
    """Milliseconds of each request, the part of them in Postgres, and the plans of the first."""

    requests: list[float] = field(default_factory=list)
    statements: list[float] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)
    total: str = ""


def measure(client: FlaskClient, engine: Engine, kind: Kind) -> Measured:
    """Run searches of one kind in turn."""
    measured = Measured()
    pages = [_turn_pages(client, kind, q) for q in kind.searches]
    for number in range(-WARM_UPS * len(pages), ROUNDS):
        page = pages[number % len(pages)]
        with _clock(engine) as in_postgres:
            started = time.perf_counter()
            answer = client.get("/v1/search", query_string=page)
            seconds = time.perf_counter() - started
        if number >= 0:
            measured.requests.append(seconds * 1000)
            measured.statements.append(sum(in_postgres) * 1000)
        measured.total = _total(_read(answer))
    with _explained(engine) as measured.plans:
        _ask(client, pages[0])
    return measured


def table_of(images: int) -> Table:
    """Return an empty table for `add_row`."""
    table = Table(title=f"searches of {images:,} images; {processor()}", title_justify="left")
    table.add_column("search")
    for heading in ("matches", "p50 ms", "p95 ms", "in Postgres"):
        table.add_column(heading, justify="right")
    table.add_column("plan", overflow="fold")
    return table


def add_row(table: Table, kind: Kind, measured: Measured) -> None:
    """Add the figures of one kind."""
    slow = percentile(measured.requests, 95)
    table.add_row(
        kind.name,
        measured.total,
        f"{percentile(measured.requests, 50):.0f}",
        f"{slow:.0f}" + (" !" if slow > TARGET_MILLISECONDS else ""),
        f"{percentile(measured.statements, 50):.0f}",
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
    table = table_of(images)
    for kind in wanted:
        add_row(table, kind, measure(app.test_client(), engine, kind))
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
def _clock(engine: Engine) -> Iterator[list[float]]:
    """Collect the seconds that each statement takes."""
    seconds: list[float] = []

    def start(*_: Any) -> None:
        seconds.append(-time.perf_counter())

    def stop(*_: Any) -> None:
        seconds[-1] += time.perf_counter()

    with _listening(engine, before_cursor_execute=start, after_cursor_execute=stop):
        yield seconds


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
