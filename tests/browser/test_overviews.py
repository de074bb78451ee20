"""Themes, owners and the status."""

import re

from playwright.sync_api import expect

from tests.acceptance.api import Api
from tests.support.browser import Tab
from tests.support.pictures.pictures import encode as encode_as
from tests.support.pictures.pictures import scene, truncated


def test_a_theme_with_eight_pictures_is_shown_and_leads_to_them(tab: Tab) -> None:
    page = tab.open("/themes")
    theme = page.get_by_role("link", name=re.compile(r"^(Animals|Pets|Cats), \d+ pictures"))
    expect(theme.first).to_be_visible()
    theme.first.click()

    expect(page).to_have_url(re.compile("theme"))
    expect(page.get_by_role("gridcell").first).to_be_visible()


def test_an_owner_has_a_profile_and_pictures(tab: Tab) -> None:
    page = tab.open("/owners")
    page.get_by_role("searchbox", name="Find an owner").fill("ann")
    page.get_by_role("link", name=re.compile("anna")).click()

    expect(page.get_by_role("heading", name="anna")).to_be_visible()
    page.get_by_role("link", name="Show pictures").click()
    expect(page.get_by_role("gridcell").first).to_be_visible()


def test_the_status_lists_the_running_worker(tab: Tab) -> None:
    page = tab.open("/status")

    expect(page.get_by_role("region", name="Workers").get_by_text("seen")).to_be_visible()


def test_an_unknown_address_leads_home(tab: Tab) -> None:
    tab.expect_error("404")
    page = tab.open("/nowhere")

    expect(page.get_by_role("heading", name="There is nothing at this address")).to_be_visible()
    page.get_by_role("link", name="Go to the library").click()
    expect(page.get_by_role("gridcell").first).to_be_visible()


def test_a_failed_picture_says_why_and_can_be_tried_again(tab: Tab, api: Api) -> None:
    damaged = truncated(encode_as(scene(640, 480), "PNG"), 0.02)
    sent = api.upload((b"damaged.png", damaged), owner="damage").json()
    image = api.finished(sent["id"])
    assert image["status"] == "failed", image

    page = tab.open("/status")
    failures = page.get_by_role("region", name="Failures")
    expect(failures).to_contain_text(image["error"])
    failures.get_by_role("button", name="Try damaged.png again").click()
    expect(page.get_by_text("Tried again")).to_be_visible()
    assert api.finished(sent["id"])["error"] == image["error"]

    page = tab.open(f"/pictures/{sent['id']}")
    expect(page.get_by_text(image["error"])).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
