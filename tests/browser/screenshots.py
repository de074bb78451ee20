"""Pictures of the page for README and docs: `make screenshots [IMAGES=folder]`.

They are taken of a stack of their own, with the photographs that ship with scikit-image and
scikit-learn. With IMAGES, it is another folder's pictures; those do not belong in the repository.
"""

import argparse
import io
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.acceptance.api import Api
from tests.acceptance.conftest import running
from tests.support.browser import ARGUMENTS, CHROMIUM, PHONE

OUT = Path(__file__).parents[2] / "docs" / "page"
DESK: ViewportSize = {"width": 1360, "height": 850}
QUALITY = 82
SEED = 11
TYPES = {".jpg", ".jpeg", ".png", ".webp"}
# Photographs with a known licence (CC0, public domain, CC BY), and where to cut further ones from
# the larger ones: left, top, right, bottom as shares. docs/page/README.md names the authors.
CUTS: dict[str, list[tuple[float, float, float, float]]] = {
    "astronaut.png": [(0, 0, 1, 1), (0.1, 0, 0.9, 0.6)],
    "camera.png": [(0, 0, 1, 1)],
    "chelsea.png": [(0, 0, 1, 1), (0.2, 0.05, 0.75, 0.85)],
    "china.jpg": [(0, 0, 1, 1), (0, 0.35, 0.6, 1), (0.42, 0, 1, 0.7)],
    "coffee.png": [(0, 0, 1, 1), (0.05, 0.1, 0.75, 1)],
    "coins.png": [(0, 0, 1, 1)],
    "flower.jpg": [(0, 0, 1, 1), (0.3, 0, 0.95, 0.95)],
    "grass.png": [(0, 0, 1, 0.7)],
    "horse.png": [(0, 0, 1, 1)],
    "hubble_deep_field.jpg": [(0, 0, 1, 1), (0, 0, 0.5, 0.7), (0.5, 0.2, 1, 1)],
    "rocket.jpg": [(0, 0, 1, 1), (0.3, 0, 0.75, 1)],
}


def main() -> None:
    """Start a stack, fill it, and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=Path, help="a folder of pictures")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    files = list(read_folder(options.images) if options.images else read_packages())
    # Cuts of one photograph should not lie side by side; the same order every time.
    random.Random(SEED).shuffle(files)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "data") as server:
        api = Api(server.url)
        ids = [api.upload(file, owner="anna").json()["id"] for file in files]
        images = [api.finished(image_id) for image_id in ids]
        cats = [image for image in images if any(tag["tag"] == "cat" for tag in image["tags"])]
        # Not one of the cuts.
        shown = max(cats or images, key=lambda image: image["width"])
        said = {"add": ["Chelsea"], "confirm": [shown["tags"][-1]["tag"]], "user": "Anna"}
        api.post_json(f"/v1/images/{shown['id']}/corrections", said)
        options.out.mkdir(parents=True, exist_ok=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            take_all(browser, server.url, shown["id"], options.out)
            browser.close()


def take_all(browser: Browser, url: str, shown: str, out: Path) -> None:
    """The pictures, each of a view in one of the two schemes."""
    light = browser.new_page(viewport=DESK, color_scheme="light", device_scale_factor=1.5)
    light.add_init_script("localStorage.setItem('tagloop.user', 'Anna')")
    light.goto(url)
    take(light, ".cell-image.loaded", out / "library.webp")
    light.goto(f"{url}/pictures/{shown}")
    take(light, ".similar img", out / "picture.webp")
    dark = browser.new_page(
        viewport=PHONE, color_scheme="dark", device_scale_factor=2, is_mobile=True, has_touch=True
    )
    dark.goto(f"{url}/review")
    take(dark, ".question", out / "review.webp")


def take(page: Page, ready: str, path: Path) -> None:
    """Wait until a view is complete, and keep it."""
    page.wait_for_selector(ready)
    page.wait_for_load_state("networkidle")
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").save(path, "WEBP", quality=QUALITY, method=6)
    print(f"{path}: {path.stat().st_size // 1024} KB")


def read_packages() -> Iterator[bytes]:
    """Photographs of the installed packages, and cuts of them."""
    from tests.conftest import SKIMAGE, SKLEARN

    for name, cuts in CUTS.items():
        folder = SKLEARN if (SKLEARN / name).exists() else SKIMAGE
        with Image.open(folder / name) as picture:
            width, height = picture.size
            for left, top, right, bottom in cuts:
                box = (left * width, top * height, right * width, bottom * height)
                cut = picture.convert("RGB").crop(box)
                file = io.BytesIO()
                cut.save(file, "JPEG", quality=92)
                yield file.getvalue()


def read_folder(folder: Path) -> Iterator[bytes]:
    """The pictures of a folder."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in TYPES:
            yield path.read_bytes()


if __name__ == "__main__":
    main()
