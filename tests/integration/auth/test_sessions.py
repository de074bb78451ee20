"""Signing in with a key: what the session permits, for how long, and how forged requests fail."""

import hashlib
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from shared.auth.limits import SIGN_INS_PER_MINUTE
from shared.auth.scopes import Scope
from shared.auth.tokens import new_token
from shared.config import Settings
from shared.db.connection.engine import transaction
from tests.support.pictures.rows import insert_row
from tests.support.requests.answers import get
from tests.support.requests.keys import app_like, app_with, client_of, make_key


@pytest.fixture
def app(settings: Settings) -> Flask:
    """All services, with keys asked for."""
    return app_with(settings, auth=True)


def sign_in(client: FlaskClient, key: str, **headers: str) -> TestResponse:
    """Sign in with a key, as a page does."""
    return client.post("/v1/session", json={"key": key}, headers=headers)


def signed_in(app: Flask, engine: Engine, *scopes: Scope, **values: Any) -> tuple[FlaskClient, str]:
    """A browser that has signed in, and its CSRF token."""
    client = app.test_client()
    answer = sign_in(client, make_key(engine, *scopes, **values))
    assert answer.status_code == 200, answer.text
    return client, answer.get_json()["csrf"]


def test_a_session_permits_only_what_its_key_permits(app: Flask, engine: Engine) -> None:
    own, other = insert_row(engine, owner="anna"), insert_row(engine, owner="bert")
    client, csrf = signed_in(app, engine, Scope.READ, owner="anna", name="Anna's telephone")

    caller = get(client, "/v1/session")

    assert caller["expires_at"] is not None
    assert {**caller, "expires_at": None} == {
        "auth": True,
        "signed_in": True,
        "owner": "anna",
        "scopes": ["read"],
        "key_name": "Anna's telephone",
        "csrf": csrf,
        "expires_at": None,
    }
    assert [image["id"] for image in get(client, "/v1/images")["images"]] == [str(own)]
    assert client.get(f"/v1/images/{other}").status_code == 404
    headers = {"X-CSRF-Token": csrf}
    assert client.delete(f"/v1/images/{own}", headers=headers).status_code == 403


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(
    app: Flask, engine: Engine
) -> None:
    key = make_key(engine, Scope.READ)

    plain = sign_in(app.test_client(), key).headers["Set-Cookie"]
    https = sign_in(app.test_client(), key, Origin="https://localhost").headers["Set-Cookie"]

    for cookie in (plain, https):
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in plain
    assert "Secure" in https


def test_only_a_digest_of_the_cookie_is_kept(app: Flask, engine: Engine) -> None:
    client, _ = signed_in(app, engine, Scope.READ)
    cookie = client.get_cookie("tagloop_session")
    assert cookie is not None

    with transaction(engine) as connection:
        row = connection.execute(text("SELECT sessions::text AS all, digest FROM sessions")).one()

    assert cookie.value not in row.all
    assert bytes(row.digest) == hashlib.sha256(cookie.value.encode()).digest()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-CSRF-Token": "0" * 64},
        {"X-CSRF-Token": "{csrf}", "Sec-Fetch-Site": "cross-site"},
        {"X-CSRF-Token": "{csrf}", "Sec-Fetch-Site": "same-site"},
        {"X-CSRF-Token": "{csrf}", "Origin": "https://evil.example"},
        {"X-CSRF-Token": "{csrf}", "Origin": "null"},
    ],
)
def test_a_change_that_another_site_could_have_sent_is_refused(
    app: Flask, engine: Engine, headers: dict[str, str]
) -> None:
    image = insert_row(engine)
    client, csrf = signed_in(app, engine, Scope.ADMIN)
    forged = {name: value.format(csrf=csrf) for name, value in headers.items()}

    for method, path in (("DELETE", f"/v1/images/{image}"), ("DELETE", "/v1/session")):
        answer = client.open(path, method=method, headers=forged)
        assert answer.status_code == 403, path
        assert answer.get_json()["type"].endswith("csrf")

    own = {"X-CSRF-Token": csrf, "Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
    assert client.delete(f"/v1/images/{image}", headers=own).status_code == 204


def test_another_ports_page_uses_up_no_review(app: Flask, engine: Engine) -> None:
    # Cookies know no ports: a browser sends them along with this.
    client, _ = signed_in(app, engine, Scope.FEEDBACK)
    path = "/v1/review?limit=0"

    assert client.get(path, headers={"Sec-Fetch-Site": "same-site"}).status_code == 403
    assert client.get(path, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 400


def test_a_page_of_another_site_signs_no_one_in(app: Flask, engine: Engine) -> None:
    key = make_key(engine, Scope.READ)

    answer = sign_in(app.test_client(), key, Origin="https://evil.example")

    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_after_signing_out_the_cookie_opens_nothing(app: Flask, engine: Engine) -> None:
    client, csrf = signed_in(app, engine, Scope.READ)
    stolen = client.get_cookie("tagloop_session")
    assert stolen is not None

    assert client.delete("/v1/session", headers={"X-CSRF-Token": csrf}).status_code == 204

    assert client.get_cookie("tagloop_session") is None
    client.set_cookie("tagloop_session", stolen.value)
    assert client.get("/v1/images").status_code == 401
    assert get(client, "/v1/session")["signed_in"] is False


@pytest.mark.parametrize(
    "ending",
    [
        "UPDATE api_keys SET revoked_at = now()",
        "DELETE FROM api_keys",
        "UPDATE sessions SET expires_at = now() - interval '1 second'",
    ],
)
def test_a_session_ends_with_its_key_and_with_its_time(
    app: Flask, engine: Engine, ending: str
) -> None:
    client, _ = signed_in(app, engine, Scope.READ)
    cookie = client.get_cookie("tagloop_session")
    assert cookie is not None

    with transaction(engine) as connection:
        connection.execute(text(ending))

    # Another process: it has not seen the session yet.
    other = app_like(app).test_client()
    other.set_cookie("tagloop_session", cookie.value)
    assert other.get("/v1/images").status_code == 401
    assert get(other, "/v1/session")["signed_in"] is False


def test_guessing_keys_is_slowed_down_by_address(app: Flask, engine: Engine) -> None:
    client = app.test_client()
    answers = [sign_in(client, new_token()).status_code for _ in range(SIGN_INS_PER_MINUTE)]

    late = sign_in(client, make_key(engine, Scope.READ))
    elsewhere = sign_in(client, new_token(), **{"X-Forwarded-For": "198.51.100.7"})

    assert set(answers) == {401}
    assert late.status_code == 429
    assert int(late.headers["Retry-After"]) > 0
    assert elsewhere.status_code == 401


def test_a_key_in_the_header_identifies_the_caller_too(app: Flask, engine: Engine) -> None:
    caller = get(client_of(app, engine, Scope.ADMIN, owner="anna"), "/v1/session")

    assert (caller["owner"], caller["scopes"], caller["csrf"]) == ("anna", ["admin"], None)


def test_without_keys_everyone_here_is_signed_in(settings: Settings) -> None:
    client = app_with(settings).test_client()

    caller = get(client, "/v1/session")

    assert (caller["auth"], caller["signed_in"], caller["csrf"]) == (False, True, None)
    assert sign_in(client, new_token()).status_code == 409
    assert client.delete("/v1/session").status_code == 204
