"""The library: adding, finding, selecting, correcting many at once."""

import io
import itertools
import json
import re
from urllib.parse import parse_qs, quote, urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.acceptance.api import Api
from tests.browser.conftest import encode
from tests.support.browser import Tab
from tests.support.conditions import wait_for

MANY = 90
DROPPED_AT_ONCE = 10_000
STACKED_SECONDS = 60.0
DOMESTIC_CAT = '"domestic cat"'


def drop(page: Page, files: dict[str, bytes]) -> None:
    """Drop files on the page, as a file manager does."""
    listed = [[name, list(data)] for name, data in files.items()]
    page.evaluate(
        """(files) => {
            const transfer = new DataTransfer();
            for (const [name, bytes] of files)
                transfer.items.add(new File([new Uint8Array(bytes)], name));
            document.body.dispatchEvent(
                new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true}));
        }""",
        listed,
    )


def noise(seed: int) -> bytes:
    """A picture that no other one looks like."""
    pixels = np.random.default_rng(seed).integers(0, 255, (9, 12, 3), dtype=np.uint8)
    return encode(Image.fromarray(pixels).resize((120, 90), Image.Resampling.BICUBIC))


def test_dropped_files_appear_at_once_and_their_tags_without_a_reload(
    tab: Tab, photo_files: dict[str, bytes]
) -> None:
    tab.expect_error("415")
    page = tab.open()
    page.wait_for_selector(".cell")
    page.evaluate("window.stayed = true")

    drop(page, {"new cat.jpg": photo_files["cat"], "notes.txt": b"no picture at all"})

    tray = page.get_by_role("region", name="Uploads")
    expect(tray).to_contain_text("1 picture added, 1 refused")
    expect(tray).to_contain_text("notes.txt")
    expect(tray).to_contain_text("not a picture")
    newest = page.get_by_role("gridcell").first
    expect(newest.get_by_role("link")).to_have_attribute("aria-label", re.compile("cat"))
    assert page.evaluate("window.stayed")


def test_the_pictures_that_the_html_asks_for_are_the_ones_that_the_library_shows(tab: Tab) -> None:
    page = tab.open()
    page.wait_for_selector(".cell")

    loaded = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")

    assert len({url for url in loaded if "/v1/search?" in url and "limit=60" in url}) == 1


def test_suggestions_while_typing_lead_to_pictures_and_an_address(tab: Tab) -> None:
    page = tab.open()
    page.wait_for_selector(".cell")
    page.keyboard.press("/")
    page.keyboard.type('"domestic c')
    expect(page.get_by_role("option", name="domestic cat").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"q="))
    page.reload()
    chips = page.get_by_role("list", name="What the search understood")
    expect(chips).to_contain_text("domestic cat")
    expect(page.get_by_role("gridcell").first).to_be_visible()
    for name in page.locator(".cell-link").evaluate_all("all => all.map(one => one.ariaLabel)"):
        assert "cat" in name


def test_suggestions_that_arrive_late_leave_the_chosen_one_chosen(tab: Tab) -> None:
    page = tab.open()
    field = page.get_by_role("combobox", name="Search pictures")
    field.press_sequentially("ca")
    expect(page.get_by_role("option").first).to_have_text(re.compile("^cat"))
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile("suggest.q=cat$"), hold)
    field.press("t")
    field.press("ArrowDown")
    chosen = page.get_by_role("option", selected=True)
    expect(chosen).to_have_text(re.compile("^cat"))
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()

    expect(page.get_by_role("option").filter(has_not_text="cat")).to_have_count(0)
    expect(chosen).to_have_text(re.compile("^cat"))


def test_an_interpreted_search_can_be_changed_and_an_error_is_explained(tab: Tab) -> None:
    page = tab.open(f"/?q={quote('kitten')}")
    expect(page.get_by_role("list", name="What the search understood")).to_be_visible()
    page.get_by_role("button", name="Remove kitten").click()
    expect(page).to_have_url(f"{tab.url}/")

    tab.expect_error("400")
    page = tab.open(f"/?q={quote('(cat|')}")
    expect(page.get_by_role("heading", name="The search has a mistake in it")).to_be_visible()


def test_the_filter_form_writes_the_query(tab: Tab) -> None:
    page = tab.open()
    page.get_by_role("button", name="Filters").click()
    dialog = page.get_by_role("dialog", name="Filters")
    dialog.get_by_role("combobox", name="Has all of").fill("cat")
    dialog.get_by_role("combobox", name="Has all of").press("Enter")
    dialog.get_by_label("Owner").fill("anna")
    dialog.get_by_role("button", name="Show pictures").click()

    expect(page).to_have_url(re.compile(r"owner%3Aanna"))
    expect(page.get_by_role("button", name="Filters, 2 active")).to_be_visible()
    expect(page.get_by_role("gridcell").first).to_be_visible()


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("dog or horse", '(dog or horse) "cat"'),
        ("(dog or horse) owner:bob owner:anna", 'owner:anna "cat" (dog|horse) owner:bob'),
        ("(polar bear|dog) -wild boar", '(polar bear|dog) -wild boar "cat"'),
        ('(dog|horse) (coin|moon) owner:""', '(coin|moon) owner:"" "cat" (dog|horse)'),
    ],
)
def test_a_filter_applies_to_everything_that_was_typed(tab: Tab, typed: str, written: str) -> None:
    page = tab.open(f"/?q={quote(typed)}")
    page.get_by_role("button", name="Filters").click()
    dialog = page.get_by_role("dialog", name="Filters")
    dialog.get_by_role("combobox", name="Has all of").fill("cat")
    dialog.get_by_role("combobox", name="Has all of").press("Enter")
    dialog.get_by_role("button", name="Show pictures").click()

    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query)["q"] == [written])


def test_a_range_is_selected_by_keys_and_corrected_with_undo(
    tab: Tab, api: Api, pictures: dict[str, str]
) -> None:
    page = tab.open()
    page.locator(".cell-link").first.focus()
    for key in ("x", "Shift+ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(key)
    selected = page.locator(".cell.selected")
    expect(selected).to_have_count(3)
    chosen = selected.evaluate_all("all => all.map(one => one.dataset.id)")

    panel = page.get_by_role("complementary", name="Selected pictures")
    panel.get_by_role("combobox").fill("holiday 2026")
    panel.get_by_role("combobox").press("Enter")
    expect(panel.get_by_role("listitem").filter(has_text="holiday 2026")).to_contain_text("all")
    assert all("holiday-2026" in tags_of(api, image_id) for image_id in chosen)

    page.get_by_role("button", name="Undo").click()
    expect(panel.get_by_text("holiday 2026")).to_have_count(0)
    assert not any("holiday-2026" in tags_of(api, image_id) for image_id in chosen)


def test_a_tag_of_the_selection_is_removed_from_all(tab: Tab, api: Api) -> None:
    page = tab.open(f"/?q={quote(DOMESTIC_CAT)}")
    page.get_by_role("checkbox").first.click()
    page.get_by_role("button", name=re.compile("^Select all")).click()
    number = api.get("/v1/search", q=DOMESTIC_CAT)["total"]
    panel = page.get_by_role("complementary", name="Selected pictures")
    expect(panel.get_by_role("heading")).to_have_text(f"{number} pictures")

    panel.get_by_role("button", name="Remove domestic cat from all").click()
    expect(page.get_by_text(re.compile("Removed “domestic cat” from"))).to_be_visible()
    assert api.get("/v1/search", q=DOMESTIC_CAT)["total"] == 0
    page.get_by_role("button", name="Undo").click()
    expect(panel.get_by_text("domestic cat")).to_be_visible()
    assert api.get("/v1/search", q=DOMESTIC_CAT)["total"] == number


def test_a_long_list_holds_few_pictures_in_the_document_and_keeps_its_place(
    tab: Tab, api: Api
) -> None:
    for start in range(0, MANY, 30):
        api.upload(*[noise(seed) for seed in range(start, start + 30)], owner="noise")
    assert len(api.all_finished("noise")) == MANY
    page = tab.open("/?q=owner%3Anoise")
    expect(page.get_by_text(f"{MANY} pictures")).to_be_visible()
    assert page.locator(".cell").count() < MANY

    page.mouse.wheel(0, 700)
    page.wait_for_function("() => window.scrollY > 300")
    # The browser may scroll a little to what is clicked.
    page.locator(".cell-link").nth(20).scroll_into_view_if_needed()
    place = page.evaluate("window.scrollY")
    page.locator(".cell-link").nth(20).click()
    expect(page.get_by_role("heading", name="Details")).to_be_visible()
    page.go_back()
    expect(page.locator(".cell").first).to_be_visible()
    page.wait_for_function("place => Math.abs(window.scrollY - place) < 5", arg=place)


def test_versions_of_a_picture_are_one_cell_that_opens(tab: Tab, api: Api) -> None:
    small = Image.open(io.BytesIO(noise(MANY)))
    large = encode(small.resize((480, 360), Image.Resampling.BICUBIC))
    ids = [api.upload(data, owner="versions").json()["id"] for data in (noise(MANY), large)]
    # The sweep stacks them.
    stack = f"/v1/images/{ids[0]}/stack"
    wait_for(lambda: len(api.get(stack)["images"]) == 2, "the stack", STACKED_SECONDS)

    page = tab.open("/?q=owner%3Aversions")
    expect(page.get_by_role("gridcell")).to_have_count(1)
    page.locator(".cell-link").first.focus()
    page.keyboard.press("s")
    dialog = page.get_by_role("dialog", name="2 versions of this picture")
    expect(dialog.get_by_role("link")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator(".cell-link").first).to_be_focused()

    page.get_by_role("button", name="Show 2 versions of this picture").click()
    dialog.get_by_role("link", name=re.compile("^120 ")).click()
    expect(page).to_have_url(f"{tab.url}/pictures/{ids[0]}")
    versions = page.get_by_role("region", name="Other versions")
    expect(versions.get_by_role("link")).to_contain_text("480")


def test_ten_thousand_files_can_be_dropped_and_stopped(tab: Tab) -> None:
    tab.expect_error("415")
    page = tab.open()
    page.wait_for_selector(".cell")
    page.evaluate(
        """(number) => {
            const transfer = new DataTransfer();
            for (let i = 0; i < number; i++) transfer.items.add(new File([`${i}`], `${i}.txt`));
            document.body.dispatchEvent(
                new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true}));
        }""",
        DROPPED_AT_ONCE,
    )

    tray = page.get_by_role("region", name="Uploads")
    expect(tray).to_contain_text("of 10,000 pictures")
    stop = tray.get_by_role("button", name="Stop")
    place = stop.bounding_box()
    expect(tray).to_contain_text("The file is not a picture")
    assert stop.bounding_box() == place
    stop.click()
    expect(tray).to_contain_text("refused")
    # The page still answers.
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Search pictures")).to_be_focused()


def test_pictures_lie_beside_one_another_without_a_gap_on_a_phone(phone: Tab) -> None:
    page = phone.open()
    page.wait_for_selector(".cell")
    rows = page.locator(".grid-row").evaluate_all(
        "rows => rows.map(row => [...row.children].map(cell => {"
        " const box = cell.getBoundingClientRect(); return [box.left, box.right]; }))"
    )
    assert all(left >= -1 and right <= 391 for row in rows for left, right in row), json.dumps(rows)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_long_touch_selects_and_lifting_the_finger_keeps_the_selection(phone: Tab) -> None:
    page = phone.open()
    cell = page.get_by_role("gridcell").first
    box = cell.bounding_box()
    assert box is not None
    finger = page.context.new_cdp_session(page)
    # Where the circle appears, which takes the selection back when it is pressed.
    corner = {"x": box["x"] + 20, "y": box["y"] + 20}
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [corner]})
    panel = page.get_by_role("complementary", name="Selected pictures")
    expect(panel).to_be_visible()
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.get_by_role("gridcell").nth(1).tap()

    expect(panel.get_by_role("heading", name="2 pictures")).to_be_visible()
    expect(cell).to_have_attribute("aria-selected", "true")


def test_rows_fill_the_width_and_hold_every_picture_once(tab: Tab) -> None:
    page = tab.open()
    page.wait_for_selector(".cell")
    layouts = page.evaluate(
        """async () => {
            const start = document.querySelector('script[src$="core/start.js"]').src;
            const layout = start.replace("core/start.js", "views/library/grid/layout.js");
            const { justify } = await import(layout);
            return Array.from({ length: 200 }, (_, seed) => {
                const size = (step) => 1 + ((seed * 7919 + step * 104729) % 4000);
                const pictures = Array.from({ length: seed }, (_, at) =>
                    at % 9 ? { width: size(at), height: size(at + 31) } : {});
                const width = 300 + seed * 9;
                const { rows } = justify(pictures, { width, rowHeight: 220, gap: 4 });
                return { width, count: seed, rows };
            });
        }"""
    )
    for layout in layouts:
        rows = layout["rows"]
        cells = [cell for row in rows for cell in row["cells"]]
        assert [cell["index"] for cell in cells] == list(range(layout["count"]))
        for row, following in itertools.pairwise(rows):
            end = row["cells"][-1]["left"] + row["cells"][-1]["width"]
            assert abs(end - layout["width"]) < 0.01
            assert following["top"] >= row["top"] + row["height"]


def tags_of(api: Api, image_id: str) -> list[str]:
    return [tag["tag"] for tag in api.get(f"/v1/images/{image_id}")["tags"]]
