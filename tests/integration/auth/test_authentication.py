"""Authentication: what each key permits."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, text

from shared.auth.policy import COMPAT, COMPAT_PREFIX, OPEN, RULES, rule_for
from shared.auth.scopes import Scope
from shared.config import Settings
from shared.db.connection.engine import transaction
from tests.support.requests.keys import app_like, app_with, client_of, client_with, make_key

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture
def app(settings: Settings) -> Flask:
    """All services, with keys asked for."""
    return app_with(settings, auth=True)


def operations(app: Flask) -> set[tuple[str, str]]:
    """Every operation of the OpenAPI document."""
    described = app.test_client().get("/openapi.json").get_json()["paths"]
    return {
        (method.upper(), path)
        for path, methods in described.items()
        for method in methods
        if method in METHODS
    }


def test_every_operation_has_a_rule_and_every_rule_an_operation(app: Flask) -> None:
    closed = {op for op in operations(app) if rule_for(*op) not in (OPEN, COMPAT)}

    assert closed == set(RULES)


def test_the_description_says_which_operations_need_a_key(app: Flask) -> None:
    document = app.test_client().get("/openapi.json").get_json()

    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            is_open = rule_for(method.upper(), path) == OPEN
            # Pages do not call other vendors' APIs.
            by_session: list[dict[str, list[str]]] = (
                [] if path.startswith(COMPAT_PREFIX) else [{"session": []}]
            )
            assert described["security"] == ([] if is_open else [{"key": []}, *by_session]), path


def test_only_open_operations_are_answered_without_a_key(app: Flask) -> None:
    client = app.test_client()
    for method, path in operations(app):
        if rule_for(method, path) != OPEN:
            answer = client.open(path, method=method)
            if path.startswith(COMPAT_PREFIX):
                # Each vendor's clients expect another status.
                assert answer.status_code in (400, 401, 403), (method, path)
                assert "key" in answer.text or "Missing Authentication Token" in answer.text
                continue
            assert answer.status_code == 401, (method, path)
            assert answer.headers["WWW-Authenticate"] == "Bearer"
            assert answer.mimetype == "application/problem+json"
    for path in ("/healthz", "/openapi.json", "/docs/swagger", "/metrics"):
        assert client.get(path).status_code == 200, path


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic {}", "bearer {}x", "{}"])
def test_an_invalid_key_opens_nothing(app: Flask, engine: Engine, header: str) -> None:
    token = make_key(engine, Scope.ADMIN)

    answer = app.test_client().get(
        "/v1/images", headers={"Authorization": header.format(token)} if header else {}
    )

    assert answer.status_code == 401
    assert token not in answer.text


def test_the_scheme_may_be_written_in_any_case(app: Flask, engine: Engine) -> None:
    token = make_key(engine, Scope.READ)

    answer = app.test_client().get("/v1/images", headers={"Authorization": f"bearer {token}"})

    assert answer.status_code == 200


def test_a_key_opens_what_its_scopes_name_and_nothing_else(app: Flask, engine: Engine) -> None:
    reader = client_of(app, engine, Scope.READ)
    sender = client_of(app, engine, Scope.INGEST)
    judge = client_of(app, engine, Scope.FEEDBACK)

    assert reader.get("/v1/images").status_code == 200
    assert reader.post("/v1/images").status_code == 403
    assert reader.post("/v1/retrain").status_code == 403
    assert sender.get("/v1/images").status_code == 403
    assert sender.post("/v1/images/statuses", json={"ids": []}).status_code == 200
    assert judge.get("/v1/corrections").status_code == 200
    assert judge.delete("/v1/images/x").status_code == 403


def test_an_admin_key_opens_everything(app: Flask, engine: Engine) -> None:
    client = client_of(app, engine, Scope.ADMIN)

    for method, path in operations(app):
        assert client.open(path, method=method).status_code not in (401, 403), (method, path)


def test_only_a_hash_of_the_key_is_kept(engine: Engine) -> None:
    token = make_key(engine, Scope.READ)

    with transaction(engine) as connection:
        row = connection.execute(text("SELECT api_keys::text, digest FROM api_keys")).one()
    assert token[12:] not in row.api_keys
    assert bytes(row.digest) == hashlib.sha256(token.encode()).digest()


def test_a_revoked_key_opens_nothing(app: Flask, engine: Engine) -> None:
    token = make_key(engine, Scope.READ)
    with transaction(engine) as connection:
        connection.execute(text("UPDATE api_keys SET revoked_at = now()"))

    assert client_with(app, token).get("/v1/images").status_code == 401


def test_the_last_use_of_a_key_is_written_at_most_once_a_minute(app: Flask, engine: Engine) -> None:
    token = make_key(engine, Scope.READ)
    last_use = text("SELECT last_used_at FROM api_keys")
    set_back = text("UPDATE api_keys SET last_used_at = now() - make_interval(secs => :seconds)")
    client_with(app, token).get("/v1/images")
    with transaction(engine) as connection:
        assert connection.scalar(last_use) is not None
        connection.execute(set_back, {"seconds": 30})
        half_a_minute_ago = connection.scalar(last_use)

    # Another process: it has not seen the key yet.
    client_with(app_like(app), token).get("/v1/images")
    with transaction(engine) as connection:
        assert connection.scalar(last_use) == half_a_minute_ago
        connection.execute(set_back, {"seconds": 90})
    client_with(app_like(app), token).get("/v1/images")
    with transaction(engine) as connection:
        assert connection.scalar(last_use) > half_a_minute_ago


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """The SQL that an app runs in the block."""
    seen: list[str] = []
    engine = app.extensions["tagloop"].engine

    def note(*arguments: Any) -> None:
        seen.append(arguments[2])

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_a_key_in_use_costs_no_query_and_without_keys_there_is_none(
    app: Flask, engine: Engine, settings: Settings
) -> None:
    client = client_of(app, engine, Scope.READ)
    client.get("/v1/images")
    with statements(app) as with_key:
        assert client.get("/v1/images").status_code == 200

    open_app = app_with(settings)
    open_app.test_client().get("/v1/images")
    with statements(open_app) as without:
        assert open_app.test_client().get("/v1/images").status_code == 200
    assert not [sql for sql in (*with_key, *without) if "api_keys" in sql]
    assert len(with_key) == len(without)


def test_every_answer_has_the_security_headers(app: Flask, engine: Engine) -> None:
    client = client_of(app, engine, Scope.READ)
    for path in ("/v1/images", "/healthz", "/v1/nothing", "/docs/swagger", "/v1/images/x/file"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["X-Frame-Options"] == "DENY"
        assert "default-src" in headers["Content-Security-Policy"]
