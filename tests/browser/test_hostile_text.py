"""Texts of users are text: they run nothing and break no layout."""

import io
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Browser, expect

from tests.acceptance.api import Api
from tests.acceptance.conftest import Server
from tests.support.browser import PHONE, open_tab

SCRIPT = "<script>window.hacked=1</script><img src=x onerror=window.hacked=1>"
RIGHT_TO_LEFT = "\u202egpj.exe \u05e9\u05dc\u05d5\u05dd"
LONG = "W" * 200
EMOJI = "👩‍👩‍👧‍👦🏳️‍🌈 e\u0301" + "\u0336" * 20


def test_hostile_owners_names_hashtags_and_tags_are_shown_as_text(
    chromium: Browser, stack: Server, api: Api
) -> None:
    ids = []
    for number, text in enumerate((SCRIPT, RIGHT_TO_LEFT, LONG, EMOJI)):
        sent = api.upload(
            (text.encode(), plain_picture(number)), owner=text, hashtags=text[:90].replace(" ", "")
        )
        ids.append((sent.json()["id"], text))
    for image_id, text in ids:
        api.finished(image_id)
        said = {"add": [text[:100]], "user": text}
        assert api.post_json(f"/v1/images/{image_id}/corrections", said).status in (201, 400)

    with open_tab(chromium, stack.url, viewport=PHONE, has_touch=True, is_mobile=True) as tab:
        tab.expect_error("400|404")
        paths = ["/", "/owners", f"/?q={quote(SCRIPT[:190])}"]
        paths += [f"/pictures/{image_id}" for image_id, _ in ids]
        paths += [f"/owners/{quote(text, safe='')}" for _, text in ids]
        for path in paths:
            page = tab.open(path)
            page.wait_for_selector(".cell, .side-section, .page-head, .empty")
            page.wait_for_timeout(150)
            assert page.evaluate("window.hacked") is None, path
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        page = tab.open(f"/pictures/{ids[0][0]}")
        expect(page.get_by_role("region", name="Details")).to_contain_text(SCRIPT)


def plain_picture(number: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (90 + number, 60), (40 * number, 90, 160)).save(file, "PNG")
    return file.getvalue()
