"""A browser tab that records everything that must not happen on the page."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, ViewportSize

# Debian's. The sandbox needs rights that root in a container does not have.
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ("--no-sandbox", "--disable-background-networking", "--disable-component-update")
# Chromium drops its connections when a network of the machine comes or goes, as containers' do.
MACHINE_NOISE = "ERR_NETWORK_CHANGED"
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
ACTION_MS = 15_000


@dataclass
class Tab:
    """A page, and what went wrong on it: console errors, requests to other hosts, exceptions.

    expected: patterns of console errors that the test causes on purpose.
    """

    page: Page
    url: str
    problems: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=lambda: [MACHINE_NOISE])

    def open(self, path: str = "/") -> Page:
        """Go to a view."""
        self.page.goto(self.url + path)
        return self.page

    def expect_error(self, pattern: str) -> None:
        """Accept console errors that match."""
        self.expected.append(pattern)

    def unexpected(self) -> list[str]:
        """Return the problems that the test did not cause on purpose."""
        return [
            problem
            for problem in self.problems
            if not any(re.search(pattern, problem) for pattern in self.expected)
        ]


@contextmanager
def open_tab(browser: Browser, url: str, **options: Any) -> Iterator[Tab]:
    """Open a tab with a profile of its own; fail at the end if anything went wrong on it."""
    context = browser.new_context(**{"viewport": DESKTOP, "reduced_motion": "reduce", **options})
    context.set_default_timeout(ACTION_MS)
    tab = Tab(context.new_page(), url)
    watch(tab)
    try:
        yield tab
    finally:
        context.close()
    problems = tab.unexpected()
    assert not problems, "\n".join(problems)


def watch(tab: Tab) -> None:
    """Record the problems of a tab. A violation of the content policy is a console error as
    well.
    """
    host = urlsplit(tab.url).netloc
    note = tab.problems.append
    tab.page.on("console", lambda said: note(said.text) if said.type == "error" else None)
    tab.page.on("pageerror", lambda error: note(f"uncaught: {error}"))
    tab.page.on("request", lambda request: note_foreign(tab, host, request.url))


def note_foreign(tab: Tab, host: str, url: str) -> None:
    """Record a request to another host."""
    parts = urlsplit(url)
    if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != host:
        tab.problems.append(f"loaded from elsewhere: {url}")
