"""The supported formats, detected by content and never by file name."""

import warnings
from functools import cache

# Pillow reads many more, but each decoder is more code exposed to untrusted files, and some
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
# Formats that Pillow may try. Its JPEG reader detects MPO files itself.
READERS = tuple(name for name in MIME_TYPES if name != "MPO")


@cache
def prepare_pillow() -> None:
    """Set up Pillow for Tagloop; further calls do nothing.

    These settings are global to Pillow, so they are made in this one place.
    """
    # Web processes do not decode, so they do not import these libraries.
    import pillow_heif
    from PIL import Image, ImageFile

    pillow_heif.register_heif_opener()
    # A photograph that lost its last bytes in transfer can still be tagged.
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    # `probe` limits the pixels; Pillow itself only warns, at an arbitrary size.
    Image.MAX_IMAGE_PIXELS = None
    warnings.filterwarnings("ignore", module="PIL")
