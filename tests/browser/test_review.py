"""Review, by keys alone."""

from playwright.sync_api import expect

from tests.acceptance.api import Api
from tests.support.browser import Tab
from tests.support.conditions import wait_for


def test_pictures_are_reviewed_by_keys_alone(tab: Tab, api: Api) -> None:
    page = tab.open("/review")
    question = page.get_by_role("region", name="Question")
    asked = question.locator(".question-text strong")
    first = asked.inner_text()

    page.keyboard.press("y")
    wait_for(
        lambda: last_said(api) in (("confirm", slug(api, first)), ("add", slug(api, first))),
        "the first answer",
    )

    second = asked.inner_text()
    page.keyboard.press("n")
    wait_for(lambda: last_said(api) == ("remove", slug(api, second)), "the second answer")

    page.keyboard.press("z")
    expect(asked).to_have_text(second)
    wait_for(lambda: last_said(api) == ("undo", slug(api, second)), "taking back")

    page.keyboard.press("t")
    expect(page.get_by_role("combobox", name="What does it show?")).to_be_focused()
    page.keyboard.type("worth keeping")
    page.keyboard.press("Enter")
    wait_for(lambda: last_said(api) == ("add", "worth-keeping"), "the typed tag")

    picture = page.locator(".review-picture img").get_attribute("src")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".review-picture img")).not_to_have_attribute("src", picture or "")
    expect(page.get_by_role("status").filter(has_text="today")).to_contain_text("answers today")


def last_said(api: Api) -> tuple[str, str]:
    """The newest correction: its verdict and its tag."""
    newest = api.get("/v1/corrections", limit=1)["corrections"]
    return (newest[0]["verdict"], newest[0]["tag"]) if newest else ("", "")


def slug(api: Api, name: str) -> str:
    """The slug of a tag that is shown under its name."""
    return next(tag["tag"] for tag in api.get("/v1/tags", q=name)["tags"] if tag["name"] == name)
