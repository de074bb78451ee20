"""One picture: its tags, who says so, why, and what people change."""

import re

from playwright.sync_api import expect

from tests.acceptance.api import Api
from tests.support.browser import Tab
from tests.support.conditions import wait_for


def test_a_removed_tag_is_still_gone_after_everything_was_retagged(
    tab: Tab, api: Api, pictures: dict[str, str]
) -> None:
    page = tab.open(f"/pictures/{pictures['coffee']}")
    tags = page.get_by_role("region", name="Tags")
    wrong = tags.locator(".tag-name").first.inner_text()
    tags.get_by_role("button", name=f"{wrong} is wrong").click()
    expect(tags.get_by_role("button", name=f"{wrong} is wrong")).to_have_count(0)
    expect(tags.get_by_text("Removed by people")).to_be_visible()

    job = api.post_json("/v1/retag", {}).json()
    wait_for(lambda: api.get(job["url"])["finished_at"], "re-tagging")
    page.reload()

    expect(tags.get_by_text("Removed by people")).to_be_visible()
    expect(tags.get_by_role("button", name=f"{wrong} is wrong")).to_have_count(0)


def test_corrections_have_their_contributors_name_and_can_be_undone(
    tab: Tab, pictures: dict[str, str]
) -> None:
    page = tab.open(f"/pictures/{pictures['rocket']}")
    page.get_by_role("button", name=re.compile("Add your name")).click()
    page.get_by_label("Name", exact=True).fill("Grace")
    page.get_by_role("button", name="Save").click()

    page.keyboard.press("t")
    page.keyboard.type("launch pad")
    page.keyboard.press("Enter")

    row = page.get_by_role("listitem").filter(has_text="launch pad").first
    expect(row).to_contain_text("Grace")
    expect(page.get_by_role("region", name="History")).to_contain_text("Grace added launch pad")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("region", name="Tags").get_by_text("launch pad")).to_have_count(0)


def test_a_name_is_completed_from_the_vocabulary(tab: Tab, pictures: dict[str, str]) -> None:
    page = tab.open(f"/pictures/{pictures['astronaut']}")
    field = page.get_by_role("combobox", name="Add a tag")
    field.fill("space sh")
    expect(page.get_by_role("option", name="space shuttle").first).to_be_visible()
    field.press("ArrowDown")
    field.press("Enter")

    expect(page.get_by_role("button", name="space shuttle is wrong")).to_be_visible()
    page.get_by_role("button", name="Undo").click()


def test_an_implied_tag_says_why_it_is_there(tab: Tab, pictures: dict[str, str]) -> None:
    page = tab.open(f"/pictures/{pictures['cat']}")
    page.get_by_text(re.compile(r"more that these imply")).click()

    feline = page.get_by_role("listitem").filter(has_text="feline").first
    expect(feline).to_contain_text(re.compile("because of .*cat"))


def test_two_tabs_that_correct_the_same_picture_agree(
    tab: Tab, api: Api, pictures: dict[str, str]
) -> None:
    page = tab.open(f"/pictures/{pictures['moon']}")
    expect(page.get_by_role("region", name="Details")).to_be_visible()
    # Another tab, or another person.
    said = api.post_json(
        f"/v1/images/{pictures['moon']}/corrections", {"add": ["our moon"], "user": "eve"}
    )
    assert said.status == 201

    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.get_by_role("button", name="our moon is wrong")).to_be_visible()
    page.get_by_role("button", name="our moon is wrong").click()
    expect(page.get_by_role("region", name="History")).to_contain_text("someone removed our moon")


def test_zoom_and_neighbours_work_by_keys(tab: Tab, pictures: dict[str, str]) -> None:
    page = tab.open()
    page.locator(".cell-link").nth(2).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Details")).to_be_visible()
    first = page.url

    page.keyboard.press("+")
    expect(page.get_by_role("button", name="Zoom out")).to_be_enabled()
    page.keyboard.press("0")
    expect(page.get_by_role("button", name="Zoom out")).to_be_disabled()
    page.keyboard.press("ArrowRight")
    expect(page).not_to_have_url(first)
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(first)
    page.keyboard.press("Escape")
    expect(page).to_have_url(f"{tab.url}/")


def test_similar_pictures_are_links_and_the_original_can_be_had(
    tab: Tab, pictures: dict[str, str]
) -> None:
    page = tab.open(f"/pictures/{pictures['cat-60']}")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the original").click()
    assert download.value.suggested_filename == "cat-60.jpg"

    page.get_by_role("region", name="Similar").get_by_role("link").first.click()
    expect(page).not_to_have_url(re.compile(pictures["cat-60"]))
    expect(page.get_by_role("region", name="Details")).to_be_visible()


def test_an_address_without_a_picture_says_so(tab: Tab) -> None:
    tab.expect_error("404")
    page = tab.open("/pictures/00000000-0000-7000-8000-000000000000")

    expect(page.get_by_role("heading", name="This picture does not exist")).to_be_visible()
