"""A real Chromium, and a stack with a few pictures that all browser tests share."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

from tests.acceptance.api import Api
from tests.acceptance.conftest import Server, running
from tests.support.browser import ACTION_MS, ARGUMENTS, CHROMIUM, PHONE, Tab, open_tab

ABSENT = "Chromium is absent; install it with: apt-get install chromium"
# Photographs and drawings that ship with scikit-image, besides those that all tests use.
MORE = ("camera.png", "coins.png", "grass.png", "gravel.png", "horse.png", "moon.png", "brick.png")
# Cats enough for a theme; cut so differently that none is taken for a copy of another.
CAT_CUTS = (0, 30, 60, 90, 120, 150, 180, 210)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark these tests as acceptance tests: they drive whole processes."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.acceptance)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Where it is absent the tests are skipped, but not in CI."""
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail(ABSENT)
        pytest.skip(ABSENT)
    # A loaded machine takes longer than the five seconds that are usual.
    expect.set_options(timeout=ACTION_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def stack(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running stack for the page alone."""
    with running(tmp_path_factory.mktemp("page") / "data") as server:
        yield server


@pytest.fixture(scope="session")
def api(stack: Server) -> Api:
    """The stack's API, to prepare data and to check the page's effects."""
    return Api(stack.url)


@pytest.fixture(scope="session")
def pictures(api: Api, photo_files: dict[str, bytes]) -> dict[str, str]:
    """Ids of tagged pictures by their names; half of them are anna's."""
    ids = {}
    for number, (name, data) in enumerate(photo_files.items()):
        owner = "anna" if number % 2 else "bob"
        answer = api.upload((f"{name}.jpg".encode(), data), owner=owner)
        ids[name] = answer.json()["id"]
    for image_id in ids.values():
        assert api.finished(image_id)["status"] == "tagged"
    return ids


@pytest.fixture(scope="session")
def photo_files() -> dict[str, bytes]:
    """Files of pictures, by name."""
    from tests.conftest import PHOTOS, SKIMAGE

    files = {name: path.read_bytes() for name, path in PHOTOS.items()}
    files |= {Path(name).stem: (SKIMAGE / name).read_bytes() for name in MORE}
    with Image.open(PHOTOS["cat"]) as cat:
        for left in CAT_CUTS:
            cut = cat.convert("RGB").crop((left, left // 4, left + 230, left // 4 + 230))
            files[f"cat-{left}"] = encode(cut.rotate(left / 20))
    return files


@pytest.fixture
def tab(chromium: Browser, stack: Server, pictures: dict[str, str]) -> Iterator[Tab]:
    """A tab on the stack, of a desktop's size."""
    with open_tab(chromium, stack.url) as tab:
        yield tab


@pytest.fixture
def phone(chromium: Browser, stack: Server, pictures: dict[str, str]) -> Iterator[Tab]:
    """A tab on the stack, of a phone's size."""
    with open_tab(chromium, stack.url, viewport=PHONE, has_touch=True, is_mobile=True) as tab:
        yield tab


def encode(image: Image.Image) -> bytes:
    """An image as a JPEG."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90)
    return file.getvalue()
