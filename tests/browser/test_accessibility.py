"""Every view, light and dark: nothing serious for axe, nothing wider than the screen."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from tests.acceptance.conftest import Server
from tests.support.browser import PHONE, Tab, open_tab

SERIOUS = ("serious", "critical")
# What shows that a view is complete.
VIEWS = {
    "/": ".cell-image",
    "/themes": ".theme, .empty",
    "/pictures/{cat}": ".tag-row",
    "/review": ".question, .empty",
    "/dial": ".dial-picture",
    "/teach?name=cat&examples={cat}": ".preview",
    "/models": ".version",
    "/status": ".figures",
    "/owners": ".owner",
    "/owners/anna": ".chips",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_any_view(
    chromium: Browser, stack: Server, pictures: dict[str, str], scheme: str
) -> None:
    found: list[str] = []
    with open_tab(chromium, stack.url, color_scheme=scheme) as tab:
        for path, ready in VIEWS.items():
            page = tab.open(path.format(cat=pictures["cat"]))
            page.wait_for_selector(ready)
            found += violations(page, path)

    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_panels_dialogs_and_lists(
    chromium: Browser, stack: Server, pictures: dict[str, str], scheme: str
) -> None:
    found: list[str] = []
    with open_tab(chromium, stack.url, color_scheme=scheme) as tab:
        for name, opened in opened_parts(tab, pictures["cat"]):
            opened.wait_for()
            found += violations(tab.page, name)
    with open_tab(
        chromium, stack.url, color_scheme=scheme, viewport=PHONE, has_touch=True, is_mobile=True
    ) as tab:
        page = tab.open("/")
        page.get_by_role("button", name="More").click()
        page.get_by_role("dialog", name="More").wait_for()
        found += violations(page, "more")

    assert found == []


def opened_parts(tab: Tab, cat: str) -> Iterator[tuple[str, Locator]]:
    """Open one part of the page after the other; each with its name and what shows it is open."""
    page = tab.open("/?q=sdfghjk")
    yield "nothing found", page.get_by_role("heading", name="No tag is called")
    page = tab.open("/")
    page.get_by_role("combobox", name="Search pictures").press_sequentially("ca")
    yield "suggestions", page.locator(".search").get_by_role("option").first
    page.get_by_role("combobox", name="Search pictures").press("Escape")
    page.get_by_role("gridcell").first.hover()
    page.get_by_role("checkbox").first.click()
    yield "selection", page.locator(".tag-count").first
    page.get_by_role("combobox", name="Add a tag to all").fill("ca")
    yield "completion in the panel", page.locator(".panel").get_by_role("option").first
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("combobox", name="Has none of").fill("ca")
    yield "filters", page.get_by_role("dialog", name="Filters").get_by_role("option").first
    page = tab.open(f"/pictures/{cat}")
    page.get_by_role("combobox", name="Add a tag").fill("ca")
    yield "completion beside a picture", page.locator(".picture-side").get_by_role("option").first
    page.get_by_role("combobox", name="Add a tag").press("Escape")
    page.get_by_role("button", name="Delete").click()
    yield "deletion", page.get_by_role("dialog", name="Delete this picture?")
    page = tab.open("/teach")
    page.get_by_role("button", name="Shows it: choose pictures").click()
    yield "choice of examples", page.get_by_role("dialog").get_by_role("checkbox").first
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Add your name").click()
    yield "name", page.get_by_role("dialog", name="Your name")


def test_no_view_is_wider_than_a_phone(
    chromium: Browser, stack: Server, pictures: dict[str, str]
) -> None:
    with open_tab(chromium, stack.url, viewport=PHONE, has_touch=True, is_mobile=True) as tab:
        for path, ready in VIEWS.items():
            page = tab.open(path.format(cat=pictures["cat"]))
            page.wait_for_selector(ready)
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path


def violations(page: Page, view: str) -> list[str]:
    """What axe calls serious or worse, with the first place of each."""
    found = Axe().run(page).response["violations"]
    return [
        f"{view}: {one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for one in found
        for node in one["nodes"][:1]
        if one["impact"] in SERIOUS
    ]
