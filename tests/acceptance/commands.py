"""The command line as tests use it, and the photographs that they name."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import skimage
import sklearn

SKIMAGE = Path(skimage.__file__).parent / "data"
SKLEARN = Path(sklearn.__file__).parent / "datasets" / "images"
COFFEE, ROCKET, CAT = (SKIMAGE / name for name in ("coffee.png", "rocket.jpg", "chelsea.png"))
PALACE = SKLEARN / "china.jpg"
COMMAND = [sys.executable, "-m", "tagloop.cli"]

Run = Callable[..., subprocess.CompletedProcess[str]]
