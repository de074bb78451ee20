"""The web page's files as the catalog serves them."""

import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.catalog.app import create_app
from services.catalog.page.files import STATIC
from shared.auth.policy import PAGE_PATHS
from shared.config import Settings

POLICY = (
    "default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

PROBLEM = "application/problem+json"


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


@pytest.mark.parametrize("path", sorted(PAGE_PATHS))
def test_every_view_has_an_address_that_can_be_reloaded(client: FlaskClient, path: str) -> None:
    shell = client.get(path.replace("{", "").replace("}", ""))

    assert shell.status_code == 200
    assert shell.text.startswith("<!doctype html>")
    assert_strict(shell)


def test_a_browser_gets_the_page_at_an_unknown_address(client: FlaskClient) -> None:
    accept = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}

    shown = client.get("/nowhere", headers=accept)

    assert shown.status_code == 404
    assert shown.text.startswith("<!doctype html>")
    assert shown.headers["Cache-Control"] == "no-store"
    assert_strict(shown)
    assert client.get("/v1/nowhere", headers=accept).mimetype == PROBLEM


@pytest.mark.parametrize("accept", ["*/*", "application/json", ""])
def test_a_program_gets_a_problem_document_at_an_unknown_address(
    client: FlaskClient, accept: str
) -> None:
    refused = client.get("/nowhere", headers={"Accept": accept})

    assert (refused.status_code, refused.mimetype) == (404, PROBLEM)
    assert "Accept" in refused.vary


def test_the_html_names_every_module_and_only_files_that_exist(client: FlaskClient) -> None:
    addresses = addresses_in(client)

    assert len(addresses) > 40
    for address in addresses:
        file = client.get(address)
        assert file.status_code == 200, address
        assert "immutable" in file.headers["Cache-Control"]
        assert_strict(file)


def test_a_file_is_compressed_for_browsers_that_can_read_that(client: FlaskClient) -> None:
    address = next(address for address in addresses_in(client) if address.endswith("core/app.js"))

    plain = client.get(address, headers={"Accept-Encoding": "identity"})
    small = client.get(address, headers={"Accept-Encoding": "br, gzip"})

    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert len(small.data) < len(plain.data)
    again = client.get(address, headers={"If-None-Match": plain.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("name", ["nothing.js", "../page.py", "..%2Fpage.py", "index.html"])
def test_nothing_else_of_the_package_is_served(client: FlaskClient, name: str) -> None:
    folder = addresses_in(client)[0].rsplit("/", 2)[0]

    assert client.get(f"{folder}/{name}").status_code == 404


def test_an_address_of_another_version_is_refused(client: FlaskClient) -> None:
    answer = client.get("/page/0123456789abcdef/core/app.js")

    assert answer.status_code == 404
    assert "Reload" in answer.get_json()["detail"]


def test_nothing_is_inline_and_nothing_comes_from_elsewhere() -> None:
    for path in STATIC.rglob("*"):
        if path.suffix not in {".js", ".css", ".html"} or "vendor" in path.parts:
            continue
        text = path.read_text()
        # An address in SVG's name space is not fetched.
        assert not re.search(r"https?://(?!www\.w3\.org)", text), path
        assert not re.search(r"innerHTML|dangerouslySetInnerHTML|\beval\(|new Function", text), path
        if path.suffix == ".html":
            assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text), path


def addresses_in(client: FlaskClient) -> list[str]:
    """Return the addresses of the page's files, as written in the shell."""
    return re.findall(r'(?:href|src)="(/page/[^"]+)"', client.get("/").text)


def assert_strict(answer: TestResponse) -> None:
    assert answer.headers.getlist("Content-Security-Policy") == [POLICY]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
