"""The dial, teaching, and the versions of the model."""

import re

from playwright.sync_api import expect

from tests.acceptance.api import Api
from tests.support.browser import Tab

RUN_MS = 90_000


def test_the_dial_changes_the_tags_on_the_screen_at_once(tab: Tab) -> None:
    page = tab.open("/dial")
    slider = page.get_by_role("slider", name="Precision")
    slider.focus()
    slider.press("Home")
    many = page.locator(".dial-picture .chip").count()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))

    slider.press("End")

    few = page.locator(".dial-picture .chip").count()
    assert few < many
    assert not [url for url in requests if "/v1/" in url]
    expect(page.get_by_role("region", name="Dial")).to_contain_text("of the tags are right")
    page.reload()
    assert page.get_by_role("slider").get_attribute("aria-valuetext")


def test_a_tag_is_taught_with_a_preview_goes_live_and_can_be_restored(
    tab: Tab, api: Api, pictures: dict[str, str]
) -> None:
    examples = ",".join(pictures[name] for name in ("cat-0", "cat-60", "cat-120", "cat-180"))
    page = tab.open(f"/teach?examples={examples}")
    page.get_by_role("combobox", name="Name of the tag").fill("Chelsea")
    page.get_by_role("combobox", name="Name of the tag").press("Enter")
    expect(page).to_have_url(re.compile("name=Chelsea"))
    preview = page.get_by_role("region", name="Preview")
    expect(preview.get_by_role("heading").first).to_contain_text("It would tag")
    assert api.request("GET", "/v1/tags/chelsea").status == 404

    chooser = page.get_by_role("button", name="Does not show it: choose pictures")
    chooser.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Search pictures").fill("owner:bob -cat")
    dialog.get_by_label("Search pictures").press("Enter")
    expect(dialog.get_by_role("checkbox").nth(3)).to_be_visible()
    for number in range(4):
        dialog.get_by_role("checkbox").nth(number).click()
    dialog.get_by_role("button", name="Use 4 pictures").click()
    expect(page).to_have_url(re.compile("not="))

    page.get_by_role("button", name="Save and teach with 4 pictures").click()
    outcome = page.get_by_role("status").filter(
        has_text=re.compile("Learned|Not good enough|not learned")
    )
    expect(outcome).to_contain_text("Learned", timeout=RUN_MS)

    page.get_by_role("link", name="Models").click()
    live = page.get_by_role("listitem").filter(has_text="Live").filter(has_text="Version")
    expect(live).to_contain_text("Version 2")
    page.get_by_role("button", name="Put back").click()
    page.get_by_role("dialog").get_by_role("button", name="Make it live").click()
    expect(live).to_contain_text("Version 1")
    assert [m["version"] for m in api.get("/v1/models")["models"] if m["status"] == "live"] == [1]


def test_a_run_can_be_started_and_says_how_it_ended(tab: Tab) -> None:
    page = tab.open("/models")
    page.get_by_role("button", name="Learn now").click()

    expect(page.get_by_text(re.compile("^The last run"))).to_be_visible(timeout=RUN_MS)
    expect(page.get_by_role("button", name="Learn now")).to_be_enabled(timeout=RUN_MS)
