"""The supported kinds of TIFF, from Pillow's own tables."""

from collections.abc import Mapping

from PIL.TiffImagePlugin import COMPRESSION_INFO, OPEN_INFO

from shared.errors import UnreadKind

BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 258, 259, 262, 266
SAMPLES, PLANAR, EXTRA_SAMPLES, SAMPLE_FORMAT = 277, 284, 338, 339
MEDIA_PHOTO = 0xBC01
WHITE_IS_ZERO, BLACK_IS_ZERO = 0, 1
DEEP_BITS = 16
OLD_JPEG, JPEG = 6, 7
# libtiff knows the name, but Pillow's build lacks the codec.
WEBP = 50001
PREFIXES = {"<": b"II", ">": b"MM"}
COLOURS = {
    0: "grey (white is zero)",
    1: "grey",
    2: "RGB",
    3: "a palette",
    5: "CMYK",
    6: "YCbCr",
    8: "CIELab",
    32803: "a camera's raw sensor data",
    34892: "a camera's raw data",
}
FORMATS = {1: "whole numbers", 2: "signed numbers", 3: "floating point numbers"}

Values = Mapping[int, tuple[int, ...]]


def refuse_unread(order: str, values: Values) -> None:
    """Raise an error unless a TIFF can be decoded. values: tag → its integers.

    Raises:
        UnreadKind: it cannot.
    """
    compression = _one(values, COMPRESSION, 1)
    if compression not in COMPRESSION_INFO or compression == WEBP or MEDIA_PHOTO in values:
        raise UnreadKind(
            f"The picture is a TIFF whose compression ({compression}) Tagloop does not read."
        )
    if _key(order, values, compression) not in OPEN_INFO:
        raise UnreadKind(
            f"The picture is a TIFF of a kind that Tagloop does not read: {_describe(values)}."
        )


def is_deep_negative(values: Values) -> bool:
    """Return whether white is zero and samples have 16 bits or more, which Pillow shows as a
    negative.
    """
    is_deep = _one(values, BITS, 1) >= DEEP_BITS
    return is_deep and _one(values, PHOTOMETRIC, WHITE_IS_ZERO) == WHITE_IS_ZERO


def _key(order: str, values: Values, compression: int) -> tuple[object, ...]:
    """Return the key that Pillow looks up, built the way Pillow builds it."""
    colour = 6 if compression == OLD_JPEG else _one(values, PHOTOMETRIC, WHITE_IS_ZERO)
    bits = values.get(BITS) or (1,)
    if is_deep_negative(values):
        colour = BLACK_IS_ZERO
    extra = values.get(EXTRA_SAMPLES, ())
    is_jpeg = compression in (OLD_JPEG, JPEG)
    samples = _one(values, SAMPLES, 3 if is_jpeg and colour in (2, 6) else 1)
    formats = values.get(SAMPLE_FORMAT) or (1,)
    if len(set(formats)) == 1:
        formats = formats[:1]
    if _one(values, PLANAR, 1) == 2 and extra and max(extra) == 0:
        bits, samples, extra = bits[: -len(extra)], samples - len(extra), ()
    if len(bits) == 1:
        bits *= samples
    return (
        PREFIXES[order],
        colour,
        formats,
        _one(values, FILL_ORDER, 1),
        bits[:samples],
        extra,
    )


def _describe(values: Values) -> str:
    bits = values.get(BITS) or (1,)
    colour = _one(values, PHOTOMETRIC, WHITE_IS_ZERO)
    parts = [
        COLOURS.get(colour, f"colours of the kind {colour}"),
        f"{_one(values, SAMPLES, 1)} x {bits[0]} bits",
        FORMATS.get(_one(values, SAMPLE_FORMAT, 1), "numbers of another kind"),
    ]
    return ", ".join(parts) + (", with alpha" if values.get(EXTRA_SAMPLES) else "")


def _one(values: Values, tag: int, otherwise: int) -> int:
    return (values.get(tag) or (otherwise,))[0]
