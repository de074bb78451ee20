"""`python -m bench.search.duplicates FOLDER`: are near-duplicates of photographs recognised?

Each photograph is changed in several ways. Other sizes and qualities, and slight changes of colour,
should be recognised as the same picture; crops and other photographs should not. For bursts, the
camera is moved by cutting a picture at two places.
"""

import argparse
import io
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageOps
from rich.console import Console

from bench.search.library.embedded import SUFFIXES
from services.worker.backbone import Backbone, load_backbone
from services.worker.decoding.protocol import Square
from services.worker.decoding.square import decode_square
from shared.config import load_settings
from shared.db.search.likeness.fingerprints import (
    MAX_DIFFERENT_BITS,
    MIN_BURST_COSINE,
    MIN_CORRELATION,
)
from shared.pictures import probe

MAX_PIXELS = 100_000_000
# Of the default network; a JPEG is decoded accordingly.
SIDE, CROP = 224, 0.875
USUAL_QUALITY = 90
# Shares of the picture's sides.
MOVED = (0.02, 0.05, 0.1)
Change = Callable[[Image.Image], Image.Image]


@dataclass(frozen=True)
class Alteration:
    """A change of a picture, and whether the result is the same picture."""

    name: str
    change: Change
    is_same: bool
    quality: int = USUAL_QUALITY


ALTERATIONS = (
    Alteration("half as wide", lambda picture: _scaled(picture, 0.5), True),
    Alteration("a quarter as wide", lambda picture: _scaled(picture, 0.25), True),
    Alteration("twice as wide", lambda picture: _scaled(picture, 2), True),
    Alteration("JPEG quality 60", lambda picture: picture, True, 60),
    Alteration("JPEG quality 30", lambda picture: picture, True, 30),
    Alteration("half as wide, quality 60", lambda picture: _scaled(picture, 0.5), True, 60),
    Alteration("5 % brighter", lambda p: ImageEnhance.Brightness(p).enhance(1.05), True),
    Alteration("10 % more colour", lambda p: ImageEnhance.Color(p).enhance(1.1), True),
    Alteration("middle 90 %", lambda picture: _cropped(picture, 0.9), False),
    Alteration("middle 70 %", lambda picture: _cropped(picture, 0.7), False),
    Alteration("mirrored", ImageOps.mirror, False),
)


@dataclass(frozen=True)
class Looks:
    """Fingerprints of pictures. hashes: (n,) uint64; miniatures: (n, 256), of length 1."""

    hashes: NDArray[np.uint64]
    miniatures: NDArray[np.float32]

    def same_as(self, other: "Looks") -> NDArray[np.bool_]:
        """Return whether each picture counts as the same as each other one, (n, m)."""
        bits = np.bitwise_count(self.hashes[:, np.newaxis] ^ other.hashes)
        correlations = self.miniatures @ other.miniatures.T
        return (bits <= MAX_DIFFERENT_BITS) & (correlations >= MIN_CORRELATION)


def look_at(files: list[bytes]) -> Looks:
    """Return what Tagloop stores of pictures."""
    hashes, miniatures = [], []
    for data in files:
        square = _decode(data)
        assert square.fingerprint is not None
        hashes.append(square.fingerprint.difference_hash)
        miniatures.append(np.frombuffer(square.fingerprint.miniature, np.uint8))
    centred = np.stack(miniatures).astype(np.float32)
    centred -= centred.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return Looks(np.array(hashes, np.int64).view(np.uint64), centred / np.maximum(lengths, 1e-6))


def main() -> None:
    """Print how many pairs of each kind count as the same picture."""
    parser = argparse.ArgumentParser(prog="python -m bench.search.duplicates", description=__doc__)
    parser.add_argument("folder", type=Path, help="photographs, each different from the others")
    parser.add_argument("--pictures", type=int, default=300)
    options = parser.parse_args()
    console = Console()
    paths = sorted(path for path in options.folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    files = [path.read_bytes() for path in islice(paths, options.pictures)]
    originals = look_at(files)
    pairs = originals.same_as(originals)
    others = int(pairs.sum() - np.trace(pairs)) // 2
    console.print(f"{len(files)} photographs; different ones taken for the same: {others} pairs")
    right = wrong = same = 0
    for alteration in ALTERATIONS:
        altered = look_at([_alter(data, alteration) for data in files])
        found = originals.same_as(altered)
        own = int(np.trace(found))
        console.print(
            f"{alteration.name}: {own / len(files):.1%} taken for the same picture"
            f"{'' if alteration.is_same else ', none should be'}"
        )
        right += own if alteration.is_same else 0
        same += len(files) if alteration.is_same else 0
        wrong += int(found.sum()) - (own if alteration.is_same else 0)
    console.print(f"recall {right / same:.1%}, precision {right / (right + wrong):.1%}")
    _measure_bursts(files, console)


def _measure_bursts(files: list[bytes], console: Console) -> None:
    """Print how many pairs of pictures count as a burst if the camera moves between them."""
    backbone = load_backbone(load_settings(device="cpu"), 2)
    for share in MOVED:
        cosines = np.array([_cosine(backbone, *_moved(data, share)) for data in files])
        console.print(
            f"camera moved by {share:.0%}: {np.mean(cosines >= MIN_BURST_COSINE):.1%} taken for a "
            f"burst (median cosine {np.median(cosines):.3f})"
        )
    backbone.close()


def _moved(data: bytes, share: float) -> tuple[bytes, bytes]:
    """Return two cuts of a picture, the second further right and down by a share of its sides."""
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    width, height = picture.size
    right, down = round(width * share), round(height * share)
    cuts = ((0, 0, width - right, height - down), (right, down, width, height))
    files = [io.BytesIO() for _ in cuts]
    for cut, file in zip(cuts, files, strict=True):
        picture.crop(cut).save(file, "JPEG", quality=USUAL_QUALITY)
    return files[0].getvalue(), files[1].getvalue()


def _cosine(backbone: Backbone, one: bytes, other: bytes) -> float:
    first, second = (backbone.embed(_decode(data).pixels).result() for data in (one, other))
    return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))


def _decode(data: bytes) -> Square:
    found = probe(io.BytesIO(data), MAX_PIXELS)
    return decode_square(memoryview(data), found.format, found.orientation, SIDE, CROP)


def _alter(data: bytes, alteration: Alteration) -> bytes:
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    file = io.BytesIO()
    alteration.change(picture).save(file, "JPEG", quality=alteration.quality)
    return file.getvalue()


def _scaled(picture: Image.Image, factor: float) -> Image.Image:
    width, height = (max(1, round(side * factor)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _cropped(picture: Image.Image, share: float) -> Image.Image:
    width, height = picture.size
    left, top = round(width * (1 - share) / 2), round(height * (1 - share) / 2)
    return picture.crop((left, top, width - left, height - top))


if __name__ == "__main__":
    main()
