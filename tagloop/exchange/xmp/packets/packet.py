"""Parse XMP into elements that know their bytes, so that everything else stays unchanged.

expat is used directly: it alone reports the position of each element. A document type is refused
before its first entity, so nothing can be expanded or fetched.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from shared.errors import TagloopError

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 100
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)
_TAG_END = re.compile(rb"""(?:[^>"']|"[^"]*"|'[^']*')*>""")
_QUALIFIED_NAME = re.compile(rb"<([^\s/>]+)")
_DECLARED = re.compile(r"""^<\?xml[^>]*\bencoding\s*=\s*["']([\w.-]+)["']""")


class UnusableXmp(TagloopError):
    """The XMP cannot be used."""


@dataclass(slots=True)
class Element:
    """An element of XML and its place in the bytes: `[start, end)`.

    content, closing: where its content begins and ends; both None for `<a/>`.
    """

    name: str
    attributes: dict[str, str]
    start: int
    content: int | None = None
    closing: int | None = None
    end: int = 0
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def named(self, name: str) -> Iterator["Element"]:
        """Yield the children with a name."""
        return (child for child in self.children if child.name == name)


@dataclass(frozen=True, slots=True)
class Packet:
    """A document of XMP. data: as UTF-8, without a byte order mark; rdf: its `rdf:RDF`."""

    data: bytes
    rdf: Element
    encoding: str
    mark: bytes

    def encode(self) -> bytes:
        """Return the document in its own encoding, as it was read."""
        return self.mark + self.data.decode().encode(self.encoding)

    def replaced(self, data: bytes) -> "Packet":
        """Return this document with other content."""
        return Packet(data, parse_rdf(data), self.encoding, self.mark)

    def raw_name(self, element: Element) -> str:
        """Return the name of an element as written, with its prefix."""
        match = _QUALIFIED_NAME.match(self.data, element.start)
        assert match, "expat found a tag here"
        return match.group(1).decode()


def read_packet(data: bytes) -> Packet:
    """Parse XMP in UTF-8, UTF-16 or UTF-32.

    Raises UnusableXmp if it is too large, is not XML, declares a document type, or has no rdf:RDF.
    """
    if len(data) > MAX_BYTES:
        raise UnusableXmp(f"it has more than {MAX_BYTES // 1024**2} MiB")
    mark, encoding = _encoding_of(data)
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise UnusableXmp(f"it is not valid {encoding.upper()}") from error
    declared = _DECLARED.match(text)
    if declared and not _fits(declared.group(1), encoding):
        raise UnusableXmp(f"its encoding is {declared.group(1)}; XMP is UTF-8, UTF-16 or UTF-32")
    as_utf8 = text.encode()
    return Packet(as_utf8, parse_rdf(as_utf8), encoding, mark)


def parse_rdf(data: bytes) -> Element:
    """Return the first `rdf:RDF` of a document in UTF-8; raises UnusableXmp as `read_packet`."""
    tree = _Tree(data)
    if tree.rdf is None:
        raise UnusableXmp("it has no rdf:RDF")
    return tree.rdf


def tag_end(data: bytes, start: int) -> int:
    """Return the position after the tag that begins at `start`."""
    match = _TAG_END.match(data, start)
    assert match, "expat found a whole tag here"
    return match.end()


class _Tree:
    """Builds elements while expat reads."""

    def __init__(self, data: bytes) -> None:
        self.rdf: Element | None = None
        self._data = data
        self._open: list[Element] = []
        self._parser = expat.ParserCreate("UTF-8", namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        try:
            self._parser.Parse(data, True)
        except expat.ExpatError as error:
            raise UnusableXmp(f"it is not XML: {error}") from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) == MAX_DEPTH:
            raise UnusableXmp(f"its elements are nested more than {MAX_DEPTH} deep")
        element = Element(name.replace(" ", ""), _joined(attributes), self._parser.CurrentByteIndex)
        if self._open:
            self._open[-1].children.append(element)
        if self.rdf is None and element.name == f"{RDF}RDF":
            self.rdf = element
        self._open.append(element)

    def _end(self, _name: str) -> None:
        element = self._open.pop()
        after = tag_end(self._data, element.start)
        # expat places the end of `<a/>` before or after it, depending on its version.
        if self._data.startswith(b"/>", after - 2):
            element.end = after
        else:
            element.content = after
            element.closing = self._parser.CurrentByteIndex
            element.end = tag_end(self._data, element.closing)

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text

    def _refuse_doctype(self, *_: object) -> None:
        raise UnusableXmp("it declares a document type, which XMP does not have")


def _joined(attributes: dict[str, str]) -> dict[str, str]:
    return {name.replace(" ", ""): value for name, value in attributes.items()}


def _encoding_of(data: bytes) -> tuple[bytes, str]:
    """Return the byte order mark and the encoding."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return mark, encoding
    if data.startswith(b"<\0"):
        return b"", "utf-16-le"
    if data.startswith(b"\0<"):
        return b"", "utf-16-be"
    return b"", "utf-8"


def _fits(declared: str, encoding: str) -> bool:
    """Return whether a declared encoding is the one that was found; ASCII is UTF-8 too."""
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        return False
    return encoding.startswith(name) or (name == "ascii" and encoding == "utf-8")
