"""Every view, light and dark: nothing serious for axe, nothing wider than the screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.acceptance.conftest import Server
from tests.support.browser import PHONE, open_tab

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
        page = tab.open("/")
        page.wait_for_selector(".cell-image")
        page.locator(".cell-pick").first.click(force=True)
        page.wait_for_selector(".tag-count")
        found += violations(page, "selection")
        page.get_by_role("button", name="Filters").click()
        found += violations(page, "filters")

    assert found == []


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
