"""`python -m bench.page [FOLDER]`: time to show and to scroll a large library.

    python -m bench.page PICTURES --images 100000 --data /tmp/tagloop-page

The library is kept in --data and used again; delete the folder when you are done (600 MB for a
hundred thousand images). Needs Debian's Chromium.
"""

import argparse
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright
from rich.console import Console

from bench.page.browsing import FirstScreen, cold_and_warm, scroll
from bench.page.library import make_library
from bench.setup.machine import processor
from bench.setup.processes import running_program, wait_until
from bench.setup.room import HOST, free_port
from bench.setup.stack import up_command
from tagloop.local.readiness import is_ready

CHROMIUM = Path("/usr/bin/chromium")
# The sandbox needs rights that root in a container does not have.
ARGUMENTS = ("--no-sandbox", "--disable-background-networking")
ROUNDS = 7
SCREENS = 50


def main() -> None:
    """Make the library and measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.page", description=__doc__)
    parser.add_argument("folder", type=Path, help="JPEG files to show")
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--data", type=Path, default=Path("/tmp/tagloop-page"))
    options = parser.parse_args()
    console = Console()
    make_library(options.folder, options.data, options.images, console)
    port, log = free_port(), options.data / "bench-page.log"
    with running_program(up_command(port, options.data), log) as process:
        wait_until(lambda: is_ready(HOST, port), "Tagloop", process, log)
        measure(f"http://{HOST}:{port}/", console)


def measure(url: str, console: Console) -> None:
    """Print the figures of a running Tagloop."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        # The first visit after the start warms the server's own caches up.
        cold_and_warm(browser, url)
        visits = [cold_and_warm(browser, url) for _ in range(ROUNDS)]
        console.print(processor())
        _print(console, "new browser profile", [cold for cold, _ in visits])
        _print(console, "second visit", [warm for _, warm in visits])
        scrolled = scroll(browser, url, SCREENS)
        heaps = ", ".join(f"{heap:.1f} MiB at screen {at}" for at, heap in scrolled.heaps.items())
        console.print(
            f"{scrolled.screens} screens: {scrolled.blank} with missing rows; JavaScript {heaps}"
        )
        browser.close()


def _print(console: Console, name: str, visits: list[FirstScreen]) -> None:
    complete = [visit.all_pictures for visit in visits]
    console.print(
        f"{name}: first picture after {median(visit.first_picture for visit in visits):.2f} s, "
        f"the screen complete after {median(complete):.2f} s "
        f"({min(complete):.2f} to {max(complete):.2f}), {visits[0].requests} requests"
    )


if __name__ == "__main__":
    main()
