"""With keys on: signing in, seeing one's own pictures only, and a session that ends."""

import os
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.api import Api
from tests.acceptance.commands import COMMAND
from tests.acceptance.conftest import PROJECT_ROOT, Server, running
from tests.support.browser import open_tab


@pytest.fixture(scope="module")
def locked(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A stack that asks for keys."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TAGLOOP_AUTH", "true")
        with running(tmp_path_factory.mktemp("locked page") / "data") as server:
            yield server


def test_an_owner_signs_in_sees_their_own_and_goes_on_after_the_session_ended(
    chromium: Browser, locked: Server, photo_files: dict[str, bytes]
) -> None:
    admin = Api(locked.url, keys(locked, "create", "--scope", "admin"))
    own = admin.upload((b"own.png", photo_files["cat"]), owner="anna").json()["id"]
    other = admin.upload((b"other.png", photo_files["coffee"]), owner="bob").json()["id"]
    assert all(admin.finished(image)["status"] == "tagged" for image in (own, other))
    scopes = ("--scope", "read", "--scope", "feedback", "--scope", "ingest")
    key = keys(locked, "create", *scopes, "--owner", "anna")

    with open_tab(chromium, locked.url) as tab:
        tab.expect_error("401|404|403")
        page = tab.open(f"/pictures/{own}")
        expect(page.get_by_role("heading", name="Sign in to Tagloop")).to_be_visible()
        sign_in(page, "tagloop_wrong")
        expect(page.get_by_role("alert")).not_to_be_empty()
        sign_in(page, key)

        expect(page.get_by_role("region", name="Tags")).to_be_visible()
        cookie = next(c for c in page.context.cookies() if "session" in c["name"])
        assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
        assert key not in page.evaluate("JSON.stringify(localStorage) + document.cookie")
        page.get_by_role("link", name="Library").click()
        expect(page.get_by_role("gridcell")).to_have_count(1)
        expect(page.get_by_role("link", name="Models")).to_have_count(0)
        page = tab.open(f"/pictures/{other}")
        expect(page.get_by_role("heading", name="This picture does not exist")).to_be_visible()

        page = tab.open(f"/pictures/{own}")
        expect(page.get_by_role("region", name="Tags")).to_be_visible()
        page.context.clear_cookies()
        page.get_by_role("combobox", name="Add a tag").fill("Chelsea")
        page.get_by_role("combobox", name="Add a tag").press("Enter")
        ended = page.get_by_role("dialog", name="Your session has ended")
        expect(ended).to_be_visible()
        sign_in(page, key)
        expect(ended).to_have_count(0)
        page.get_by_role("combobox", name="Add a tag").fill("Chelsea")
        page.get_by_role("combobox", name="Add a tag").press("Enter")
        expect(page.get_by_role("button", name="Chelsea is wrong")).to_be_visible()

        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in to Tagloop")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="Sign in to Tagloop")).to_be_visible()


def test_a_key_is_offered_only_what_it_may_do(
    chromium: Browser, locked: Server, photo_files: dict[str, bytes]
) -> None:
    admin = Api(locked.url, keys(locked, "create", "--scope", "admin"))
    image = admin.upload((b"read.png", photo_files["rocket"]), owner="ruth").json()["id"]
    assert admin.finished(image)["status"] == "tagged"
    key = keys(locked, "create", "--scope", "read", "--owner", "ruth")

    # A request that the key may not send would be an error on the console.
    with open_tab(chromium, locked.url) as tab:
        page = tab.open("/")
        sign_in(page, key)
        expect(page.get_by_role("gridcell")).to_have_count(1)
        expect(page.get_by_role("button", name="Add pictures")).to_have_count(0)
        links = page.get_by_role("navigation", name="Views", exact=True).get_by_role("link")
        expect(links).to_have_text(
            ["Tagloop", "Library", "Themes", "Profile", "Precision", "Status"]
        )
        for view in ("review", "teach", "models"):
            page = tab.open(f"/{view}")
            refusal = page.get_by_role("heading", name="Your key does not open this view")
            expect(refusal).to_be_visible()
        page = tab.open("/status")
        expect(page.get_by_role("heading", name="Deliveries")).to_be_visible()
        page = tab.open(f"/pictures/{image}")
        expect(page.get_by_role("region", name="Similar")).to_have_count(0)
        expect(page.get_by_role("region", name="Tags")).to_contain_text("sure")
        expect(page.get_by_role("button", name="is wrong")).to_have_count(0)
        expect(page.get_by_role("button", name="Delete")).to_have_count(0)


def sign_in(page: Page, key: str) -> None:
    page.get_by_label("Key").fill(key)
    page.get_by_role("button", name="Sign in").click()


def keys(server: Server, *arguments: str) -> str:
    """What `tagloop keys` prints."""
    done = subprocess.run(
        [*COMMAND, "keys", *arguments, "--data", str(server.data)],
        cwd=PROJECT_ROOT,
        env=os.environ | {"COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()
