"""Read the words of a packet, and the notes that Tagloop left in it."""

from collections.abc import Iterator

from tagloop.exchange.xmp.packets.packet import RDF, Element, Packet, UnusableXmp
from tagloop.exchange.xmp.packets.words import FIELDS, TAGLOOP, Field, Memory, XmpWord

LI = f"{RDF}li"
DESCRIPTION = f"{RDF}Description"
ABOUT = f"{RDF}about"
CONTAINERS = tuple(f"{RDF}{name}" for name in ("Bag", "Seq", "Alt"))
DIGEST, TAGS, WIDER, BEFORE = "SHA256", "Tags", "Wider", "Before"
# Between a slug and the steps of its path, in the memory.
STEP = "|"
ESCAPES = {ord("%"): "%25", ord(STEP): "%7C"}
# A sidecar for `photo.cr2` that does not say so in its name.
EXTENSION = "http://ns.adobe.com/photoshop/1.0/SidecarForExtension"


def descriptions(packet: Packet) -> Iterator[Element]:
    """Yield the elements that hold the properties."""
    return packet.rdf.named(DESCRIPTION)


def properties(packet: Packet, name: str) -> Iterator[Element]:
    """Yield the properties with a name; it should be one."""
    for description in descriptions(packet):
        yield from description.named(name)


def container_of(element: Element, name: str) -> Element | None:
    """Return the list in a property; None if the property is empty.

    Raises UnusableXmp if it is something else than a list.
    """
    if not element.children and not element.text.strip():
        return None
    if len(element.children) == 1 and element.children[0].name in CONTAINERS:
        return element.children[0]
    raise UnusableXmp(f"its {name} is not a list of words")


def items_of(packet: Packet) -> dict[Field, list[str]]:
    """Return the items of each field, in the file's order."""
    return {field: list(_items(packet, field.name, field.short_name)) for field in FIELDS}


def memory_of(packet: Packet) -> Memory | None:
    """Return the notes that Tagloop left in this file; None if it never wrote to it."""
    digest = _simple(packet, TAGLOOP + DIGEST)
    if not digest:
        return None
    narrowest = _words(packet, TAGS, is_narrowest=True)
    wider = _words(packet, WIDER, is_narrowest=False)
    before = frozenset(_items(packet, TAGLOOP + BEFORE, f"tagloop:{BEFORE}"))
    return Memory(digest, (*narrowest, *wider), before)


def extension_of(packet: Packet) -> str:
    """Return the extension of the picture that a sidecar says it belongs to, in lower case."""
    return _simple(packet, EXTENSION).lower()


def _words(packet: Packet, local_name: str, *, is_narrowest: bool) -> Iterator[XmpWord]:
    for item in _items(packet, TAGLOOP + local_name, f"tagloop:{local_name}"):
        slug, _, path = item.partition(STEP)
        if slug and path:
            yield XmpWord(slug, tuple(map(_unescaped, path.split(STEP))), is_narrowest)


def _items(packet: Packet, name: str, shown: str) -> Iterator[str]:
    if any(name in description.attributes for description in descriptions(packet)):
        raise UnusableXmp(f"its {shown} is not a list of words")
    for element in properties(packet, name):
        container = container_of(element, shown)
        for item in container.named(LI) if container else ():
            if text := item.text.strip():
                yield text


def _unescaped(step: str) -> str:
    return step.replace("%7C", STEP).replace("%25", "%")


def _simple(packet: Packet, name: str) -> str:
    """Return a property that is one text, as an element or as an attribute."""
    for description in descriptions(packet):
        if text := description.attributes.get(name, "").strip():
            return text
        for element in description.named(name):
            if text := element.text.strip():
                return text
    return ""
