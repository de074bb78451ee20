"""Open the library in Chromium and scroll through it, as a visitor does."""

import time
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, ViewportSize

SIZE: ViewportSize = {"width": 1280, "height": 800}
FRAME_SECONDS = 0.05
# The thumbnails of the screen, and whether they are there.
VISIBLE = """() => [...document.querySelectorAll('.cell')]
    .filter((cell) => {
        const { top, bottom } = cell.getBoundingClientRect();
        return bottom > 0 && top < innerHeight && cell.querySelector('img');
    })
    .map((cell) => cell.querySelector('img'))
    .map((image) => image.complete && image.naturalWidth > 0)"""
# How many pixels of the screen below the search field no row covers, apart from gaps and headings.
BLANK = """() => {
    const grid = document.querySelector('.grid').getBoundingClientRect();
    const from = Math.max(grid.top, 80), to = Math.min(grid.bottom, innerHeight);
    let covered = from;
    const boxes = [...document.querySelectorAll('.grid-row, .grid-day')]
        .map((row) => row.getBoundingClientRect()).sort((a, b) => a.top - b.top);
    let blank = 0;
    for (const { top, bottom } of boxes) {
        if (bottom <= covered) continue;
        if (top > to) break;
        blank = Math.max(blank, top - covered);
        covered = bottom;
    }
    return Math.max(blank, to - covered);
}"""
# Between rows and around headings.
MAX_GAP_PIXELS = 60


@dataclass(frozen=True)
class FirstScreen:
    """Seconds from opening the address; requests until the screen is complete."""

    first_picture: float
    all_pictures: float
    requests: int


@dataclass(frozen=True)
class Scrolling:
    """blank: screens on which rows were missing; heaps: MiB of JavaScript, by screen."""

    screens: int
    blank: int
    heaps: dict[int, float]


def open_library(page: Page, url: str) -> FirstScreen:
    """Open the library, and wait until the pictures of the first screen are shown."""
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    started = time.perf_counter()
    page.goto(url, wait_until="commit")
    first = 0.0
    while True:
        shown = page.evaluate(VISIBLE)
        if any(shown) and not first:
            first = time.perf_counter() - started
        if shown and all(shown):
            return FirstScreen(first, time.perf_counter() - started, len(requests))
        page.wait_for_timeout(10)


def cold_and_warm(browser: Browser, url: str) -> tuple[FirstScreen, FirstScreen]:
    """Open the library in a new profile, and again in the same."""
    context = browser.new_context(viewport=SIZE)
    try:
        cold = open_library(context.new_page(), url)
        return cold, open_library(context.new_page(), url)
    finally:
        context.close()


def scroll(browser: Browser, url: str, screens: int) -> Scrolling:
    """Scroll screen by screen, and look at every screen a moment after."""
    context = browser.new_context(viewport=SIZE)
    page = context.new_page()
    open_library(page, url)
    devtools = context.new_cdp_session(page)
    devtools.send("Performance.enable")
    blank, heaps = 0, {}
    for screen in range(1, screens + 1):
        page.mouse.wheel(0, SIZE["height"])
        time.sleep(FRAME_SECONDS)
        blank += page.evaluate(BLANK) > MAX_GAP_PIXELS
        if screen in (1, screens // 2, screens):
            devtools.send("HeapProfiler.collectGarbage")
            metrics = devtools.send("Performance.getMetrics")["metrics"]
            [used] = [one["value"] for one in metrics if one["name"] == "JSHeapUsedSize"]
            heaps[screen] = used / 2**20
    context.close()
    return Scrolling(screens, blank, heaps)
