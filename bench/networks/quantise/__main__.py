"""`python -m bench.networks.quantise FOLDER…`: make the ranges that 8-bit integers need.

Takes some hundred pictures of every kind from the folders and writes the configured network's file
in services/worker/backbone/precision/data. `--test FOLDER` compares embeddings on other pictures;
`--layers` also measures how much each layer costs.

Needs nncf 3.4, which is in no lock file: it wants an older numpy than Python 3.12 has there.
Install it beside the rest with Python 3.11.
"""

import argparse
import io
import random
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from bench.networks.quantise.calibrate import find_ranges
from bench.networks.quantise.compare import IntegerComparison, summary
from services.worker.backbone.convert import GRAPH_FILE, convert, converted_folder
from services.worker.backbone.precision.ranges import path_of
from services.worker.backbone.runtimes.openvino_runtime import read_description
from services.worker.decoding.square import decode_square, prepare_opencv
from shared.config import load_settings
from shared.pictures import probe

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
# Of each folder that is named, spread evenly over the folders inside.
IMAGES_PER_FOLDER = 120
TEST_IMAGES = 300
LAYER_IMAGES = 48


def main() -> None:
    """Write the ranges and print what they cost."""
    parser = argparse.ArgumentParser(prog="python -m bench.networks.quantise", description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--layers", action="store_true")
    given = parser.parse_args()
    console, settings = Console(highlight=False), load_settings()
    folder = converted_folder(settings.backbone, settings.cache_dir)
    if not folder.exists():
        convert(settings.backbone, folder)
    description = read_description(folder)
    shapes = (description.side, description.crop)
    squares = [square_of(path, *shapes) for path in calibration_pictures(given.folders)]
    console.print(f"{len(squares)} pictures for the ranges")
    ranges = find_ranges(folder / GRAPH_FILE, squares)
    path = path_of(settings.backbone)
    path.write_bytes(ranges.to_bytes())
    console.print(f"{path}: {path.stat().st_size / 1000:.0f} kB, {len(ranges.points)} points")
    tests = [square_of(path, *shapes) for path in pictures_in(given.test)[:TEST_IMAGES]]
    cosines = IntegerComparison(folder / GRAPH_FILE, tests).cosines(ranges)
    console.print(f"cosine to float32, {len(tests)} other pictures: {summary(cosines)}")
    if given.layers:
        comparison = IntegerComparison(folder / GRAPH_FILE, squares[:LAYER_IMAGES])
        for number, gain in comparison.gains(ranges):
            console.print(f"  without point {number}: {gain:+.5f}")


def calibration_pictures(folders: list[Path]) -> list[Path]:
    """Return some pictures of each folder; always the same."""
    chosen: list[Path] = []
    for folder in folders:
        groups = defaultdict(list)
        for path in pictures_in(folder):
            groups[path.parent].append(path)
        share = IMAGES_PER_FOLDER // len(groups)
        for paths in groups.values():
            chosen += random.Random(0).sample(paths, min(share, len(paths)))
    return chosen


def pictures_in(folder: Path) -> list[Path]:
    """Return the pictures of a folder and of the folders inside, sorted."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)


def square_of(path: Path, side: int, crop: float) -> NDArray[np.uint8]:
    """Decode a picture as the worker does: (side, side, 3) RGB."""
    prepare_opencv()
    data = path.read_bytes()
    found = probe(io.BytesIO(data), load_settings().max_image_pixels)
    return decode_square(memoryview(data), found.format, found.orientation, side, crop).pixels


if __name__ == "__main__":
    main()
