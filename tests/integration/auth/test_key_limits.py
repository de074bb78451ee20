"""How much a key may be used."""

from pathlib import Path

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import Engine

from shared.auth.scopes import Scope
from shared.config import Settings
from shared.errors import ConfigError
from tests.support.requests.keys import app_like, app_with, client_of, client_with, make_key
from tests.support.requests.uploads import files, post


@pytest.fixture
def app(settings: Settings) -> Flask:
    """All services, with keys asked for."""
    return app_with(settings, auth=True)


def test_requests_over_the_limit_of_a_key_are_told_when_to_come_back(
    app: Flask, engine: Engine
) -> None:
    client = client_of(app, engine, Scope.READ, requests_per_minute=3)
    other = client_of(app, engine, Scope.READ)

    statuses = [client.get("/v1/images").status_code for _ in range(4)]

    assert statuses == [200, 200, 200, 429]
    refused = client.get("/v1/images")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.get_json()["status"] == 429
    assert other.get("/v1/images").status_code == 200


def test_a_limit_holds_for_all_processes(app: Flask, engine: Engine) -> None:
    token = make_key(engine, Scope.READ, requests_per_minute=2)

    statuses = [
        client_with(each, token).get("/v1/images").status_code
        for each in (app, app_like(app), app_like(app))
    ]

    assert statuses == [200, 200, 429]


def test_bytes_over_the_limit_of_a_key_are_refused_before_they_are_read(
    app: Flask, engine: Engine
) -> None:
    client = client_of(app, engine, Scope.INGEST, bytes_per_minute=10_000)

    assert post(client, files(("a.jpg", b"x" * 6000))).status_code == 415
    refused = post(client, files(("a.jpg", b"x" * 6000)))
    alone = post(client, files(("a.jpg", b"x" * 20_000)))

    assert refused.status_code == 429
    assert "Retry-After" in refused.headers
    assert alone.status_code == 413


def test_a_body_of_unknown_length_is_refused(app: Flask, engine: Engine) -> None:
    client = client_of(app, engine, Scope.INGEST)

    answer = client.post("/v1/images", headers={"Transfer-Encoding": "chunked"})

    assert answer.status_code == 411


def test_each_process_counts_for_itself_while_redis_is_unreachable(
    settings: Settings, engine: Engine, tmp_path: Path
) -> None:
    app = app_with(settings, auth=True, limits_url=f"redis+socket://{tmp_path}/nothing")
    client = client_of(app, engine, Scope.READ, requests_per_minute=2)

    assert [client.get("/v1/images").status_code for _ in range(3)] == [200, 200, 429]


def test_a_broker_other_than_redis_needs_another_place_to_count(settings: Settings) -> None:
    with pytest.raises(ConfigError, match="TAGLOOP_LIMITS_URL"):
        app_with(settings, auth=True, broker_url="amqp://localhost")


def test_a_request_counts_only_against_limits_of_its_own_key(
    app: Flask, engine: Engine, redis: Redis
) -> None:
    client_of(app, engine, Scope.READ).get("/v1/images")

    assert all(b"tagloop-limits" in name for name in redis.scan_iter())
