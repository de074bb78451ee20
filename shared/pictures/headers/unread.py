"""Recognise formats that are not supported, to name them in the error message."""

MAX_TEXT = 1024
STARTS = {
    b"\xff\x0a": "JPEG XL",
    b"\0\0\0\x0cJXL \r\n\x87\n": "JPEG XL",
    b"8BPS": "Photoshop",
    b"%PDF-": "PDF",
    b"%!PS": "PostScript",
    b"\xc5\xd0\xd3\xc6": "PostScript",
    b"\0\0\1\0": "icon (ICO)",
    b"\xd7\xcd\xc6\x9a": "Windows metafile",
    b"gimp xcf": "GIMP",
    b"FUJIFILMCCD-RAW": "Fujifilm raw",
    b"IIRO": "Olympus raw",
    b"IIU\0": "Panasonic raw",
    b"\x76\x2f\x31\x01": "OpenEXR",
    b"#?RADIANCE": "Radiance HDR",
    b"qoif": "QOI",
    b"\x1aE\xdf\xa3": "Matroska or WebM video",
}
# Brands of the ISO base media file format that are not still pictures.
VIDEOS = (b"isom", b"iso2", b"mp41", b"mp42", b"M4V ", b"qt  ", b"avc1", b"3gp4", b"3gp5", b"dash")
BRANDS = {b"crx ": "Canon raw (CR3)", **dict.fromkeys(VIDEOS, "MP4 or QuickTime video")}


def name_unread(beginning: bytes) -> str | None:
    """Return the name of an unsupported format, from a file's first kilobyte; None if unknown."""
    for start, name in STARTS.items():
        if beginning.startswith(start):
            return name
    if beginning[4:8] == b"ftyp":
        return BRANDS.get(beginning[8:12])
    text = beginning[:MAX_TEXT].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith(b"<svg") or (text.startswith((b"<?xml", b"<!--")) and b"<svg" in text):
        return "SVG"
    if text.startswith((b"<!doctype html", b"<html")):
        return "HTML"
    return None
