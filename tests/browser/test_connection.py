"""A connection that is lost shows itself, and everything goes on when it is back."""

from playwright.sync_api import expect

from tests.support.browser import Tab


def test_a_lost_connection_is_shown_and_recovers(tab: Tab, pictures: dict[str, str]) -> None:
    tab.expect_error("ERR_INTERNET_DISCONNECTED|Failed to fetch")
    page = tab.open("/")
    page.wait_for_selector(".cell-image")

    page.context.set_offline(True)
    page.get_by_role("link", name="Status").click()
    expect(page.get_by_text("Connection lost")).to_be_visible()
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()

    page.context.set_offline(False)
    expect(page.get_by_text("Connection lost")).to_have_count(0)
    expect(page.get_by_role("region", name="Failures")).to_be_visible()
