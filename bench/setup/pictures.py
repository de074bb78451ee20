"""The photographs used for all measurements."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from bench.setup.errors import BenchError

ROOT = Path(__file__).parents[2]
SHARED_PHOTOS = ROOT.parent / "shared" / "data" / "photos"
IMAGES_VARIABLE = "IMAGES"
SUFFIXES = (".jpg", ".jpeg")
# Photographs shipped with scikit-image and scikit-learn, saved as JPEG.
SHIPPED = ("astronaut", "cat", "chelsea", "coffee", "rocket")
SHIPPED_SKLEARN = ("china.jpg", "flower.jpg")
LARGE_SIZE = (4000, 3000)
JPEG_QUALITY = 85
MAX_LARGE_PICTURES = 24


@dataclass(frozen=True)
class Pictures:
    """A folder of JPEG files."""

    folder: Path
    source: str

    @property
    def paths(self) -> list[Path]:
        """The files, sorted by name."""
        return jpeg_files(self.folder)

    @property
    def mean_bytes(self) -> float:
        """The mean file size, in bytes."""
        sizes = [path.stat().st_size for path in self.paths]
        return sum(sizes) / len(sizes)


def jpeg_files(folder: Path) -> list[Path]:
    """Return the JPEG files directly inside a folder, sorted by name."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)


def find_pictures(work: Path) -> Pictures:
    """Return the folder named by IMAGES, or the shared photographs, or those shipped with packages.

    Raises BenchError if IMAGES is not a folder of JPEGs.
    """
    named = os.environ.get(IMAGES_VARIABLE)
    if named:
        folder = Path(named).expanduser()
        if not folder.is_dir() or not jpeg_files(folder):
            raise BenchError(f"IMAGES is {named!r}, which is not a folder with JPEG files.")
        return Pictures(folder, f"the folder {folder.name}")
    if SHARED_PHOTOS.is_dir():
        return Pictures(SHARED_PHOTOS, "labelled ImageNet photographs")
    return Pictures(save_shipped(work / "shipped"), "photographs of scikit-image and scikit-learn")


def save_shipped(folder: Path) -> Path:
    """Save the photographs of the test packages as JPEG files."""
    import skimage.data
    from sklearn.datasets import load_sample_image

    folder.mkdir(exist_ok=True)
    arrays = {name: getattr(skimage.data, name)() for name in SHIPPED}
    arrays |= {Path(name).stem: load_sample_image(name) for name in SHIPPED_SKLEARN}
    for name, pixels in arrays.items():
        Image.fromarray(pixels).save(folder / f"{name}.jpg", quality=JPEG_QUALITY)
    return folder


def make_large(pictures: Pictures, folder: Path) -> Pictures:
    """Enlarge some of the pictures to 12 megapixels."""
    folder.mkdir(exist_ok=True)
    for path in pictures.paths[:MAX_LARGE_PICTURES]:
        with Image.open(path) as image:
            large = image.convert("RGB").resize(LARGE_SIZE, Image.Resampling.BICUBIC)
        large.save(folder / f"{path.stem}.jpg", quality=JPEG_QUALITY)
    return Pictures(folder, f"{pictures.source}, enlarged to 4000 x 3000")


def distinct(data: bytes, name: str) -> bytes:
    """Return the same picture as different bytes, since Tagloop detects duplicates by their bytes.

    Decoders stop at the end of the JPEG; the bytes after it only change the digest.
    """
    return data + name.encode()


def copy_distinct(pictures: Pictures, folder: Path, count: int) -> Path:
    """Fill a folder with `count` different files, repeating the pictures."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    blobs = [path.read_bytes() for path in pictures.paths]
    for number in range(count):
        name = f"{number:06}.jpg"
        (folder / name).write_bytes(distinct(blobs[number % len(blobs)], name))
    return folder
