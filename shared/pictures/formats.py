"""The formats that Tagloop reads, by content and never by file name."""

import warnings
from functools import cache

# Pillow reads many more. Each further decoder is code that strangers' bytes run through, and some
# (EPS, PDF) start other programs.
MIME_TYPES = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
    "HEIF": "image/heic",
    "TIFF": "image/tiff",
    "BMP": "image/bmp",
    "JPEG2000": "image/jp2",
}
# What Pillow is asked to try. Its JPEG reader finds out itself that a file is an MPO.
READERS = tuple(name for name in MIME_TYPES if name != "MPO")


@cache
def prepare_pillow() -> None:
    """Set Pillow up for Tagloop; calling it again does nothing.

    Pillow keeps these in module globals, so they are set in this one place.
    """
    # Web processes know the formats and decode none: they do without these libraries.
    import pillow_heif
    from PIL import Image, ImageFile

    pillow_heif.register_heif_opener()
    # A photograph that lost its last bytes on the way still shows what it shows.
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    # `probe` has the limit on pixels; Pillow's own is a warning at an arbitrary size.
    Image.MAX_IMAGE_PIXELS = None
    warnings.filterwarnings("ignore", module="PIL")
