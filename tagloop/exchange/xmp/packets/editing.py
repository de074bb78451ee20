"""Put words into a packet and take them out again, byte by byte.

Everything that is not Tagloop's stays as it is. Taking out what was just put in gives the same
bytes as before.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from tagloop.exchange.xmp.packets.packet import RDF, Element, Packet
from tagloop.exchange.xmp.packets.reading import (
    ABOUT,
    BEFORE,
    DIGEST,
    ESCAPES,
    LI,
    STEP,
    TAGS,
    WIDER,
    container_of,
    descriptions,
    items_of,
    memory_of,
    properties,
)
from tagloop.exchange.xmp.packets.words import FIELDS, TAGLOOP, Field, XmpWord, entries, folded

EMPTY = (
    b"<?xpacket begin='\xef\xbb\xbf' id='W5M0MpCehiHzreSzNTczkc9d'?>\n"
    b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>\n"
    b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\n"
    b"</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end='w'?>\n"
)


@dataclass(frozen=True, slots=True)
class Replacement:
    """Bytes that replace `[start, end)`."""

    start: int
    end: int
    data: bytes = b""


def put_words(
    packet: Packet, sha256: str, words: Sequence[XmpWord], taken: Collection[str] = ()
) -> Packet:
    """Return the packet with these words of Tagloop's instead of its former ones.

    sha256: of the picture's bytes. taken: words that people added, folded, which have been read. A
    word that a field already has is not added to it. Raises UnusableXmp if a field is not a list.
    """
    memory = memory_of(packet)
    packet = without_words(packet)
    before = items_of(packet)
    known = {
        field: [
            item
            for item in items
            if memory is None
            or memory.was_before(field, item)
            or folded(field.word_of(item)) in taken
            or any(word.is_meant_by(field, item) for word in words)
        ]
        for field, items in before.items()
    }
    edits = []
    missing = []
    for field in FIELDS:
        new = [
            field.item(word.path)
            for word in words
            if word.is_in(field) and not any(word.is_meant_by(field, i) for i in before[field])
        ]
        # Two tags may have one name.
        new = list({folded(item): item for item in new}.values())
        if element := next(properties(packet, field.name), None):
            edits += [_append(packet, element, field, new)] if new else []
        elif new:
            missing.append(_property(field.short_name, field.container, new))
    own = [
        f"  <tagloop:{DIGEST}>{escape(sha256)}</tagloop:{DIGEST}>",
        *_bag(TAGS, (_remembered(word) for word in words if word.is_narrowest)),
        *_bag(WIDER, (_remembered(word) for word in words if not word.is_narrowest)),
        *_bag(BEFORE, entries(known)),
    ]
    edits.append(_add_description(packet, missing + own))
    return packet.replaced(_apply(packet.data, edits))


def without_words(packet: Packet) -> Packet:
    """Return the packet without Tagloop's words and notes; what others wrote since stays."""
    memory = memory_of(packet)
    if memory is None:
        return packet
    edits = []
    for description in descriptions(packet):
        removed = []
        for element in description.children:
            field = next((field for field in FIELDS if field.name == element.name), None)
            container = container_of(element, field.short_name) if field else None
            if element.name.startswith(TAGLOOP):
                removed.append(element)
            elif field and container:
                ours = [
                    item for item in container.named(LI) if memory.is_ours(field, item.text.strip())
                ]
                if ours and len(ours) == len(container.children):
                    removed.append(element)
                else:
                    edits += _removals(packet, container, ours)
        # An empty description is removed as a whole.
        says_more = any(name not in ("about", ABOUT) for name in description.attributes)
        if removed and len(removed) == len(description.children) and not says_more:
            edits += _removals(packet, packet.rdf, [description])
        else:
            edits += _removals(packet, description, removed)
    return packet.replaced(_apply(packet.data, edits))


def is_empty(packet: Packet) -> bool:
    """Return whether the packet has no property."""
    return not packet.rdf.children


def _append(packet: Packet, element: Element, field: Field, items: Sequence[str]) -> Replacement:
    """Return the edit that adds items at the end of a property's list."""
    container = container_of(element, field.short_name)
    if container is None or container.closing is None or container.content is None:
        return _fill(packet, container or element, field, items, container is not None)
    prefix = packet.raw_name(container).rpartition(":")[0]
    name = f"{prefix}:li" if prefix else "li"
    last = container.children[-1] if container.children else None
    at = last.end if last else container.content
    space = _space_before(packet, container, last) if last else b""
    added = b"".join(space + f"<{name}>{escape(item)}</{name}>".encode() for item in items)
    return Replacement(at, at, added)


def _fill(
    packet: Packet, element: Element, field: Field, items: Sequence[str], is_list: bool
) -> Replacement:
    """Return the edit that replaces an empty list, or an empty property, by one with items."""
    name = packet.raw_name(element)
    lines = "".join(f"<rdf:li>{escape(item)}</rdf:li>" for item in items)
    if is_list:
        inner = f"<{name} xmlns:rdf='{RDF}'>{lines}</{name}>"
    else:
        container = f"rdf:{field.container}"
        inner = f"<{container} xmlns:rdf='{RDF}'>{lines}</{container}>"
        if element.content is not None and element.closing is not None:
            return Replacement(element.content, element.closing, inner.encode())
        opening = packet.data[element.start : element.end - 2].decode().rstrip()
        inner = f"{opening}>{inner}</{name}>"
    return Replacement(element.start, element.end, inner.encode())


def _space_before(packet: Packet, parent: Element, child: Element) -> bytes:
    """Return the white space between a child and what comes before it."""
    number = parent.children.index(child)
    start = parent.children[number - 1].end if number else parent.content
    between = packet.data[start : child.start]
    return between[len(between.rstrip()) :]


def _removals(packet: Packet, parent: Element, children: Sequence[Element]) -> list[Replacement]:
    """Return the edits that remove children, each with the white space before it."""
    return [
        Replacement(child.start - len(_space_before(packet, parent, child)), child.end)
        for child in children
    ]


def _add_description(packet: Packet, lines: Sequence[str]) -> Replacement:
    """Return the edit that adds a description of Tagloop's own after all others."""
    about = next((d.attributes.get(ABOUT, "") for d in descriptions(packet)), "")
    namespaces = [f"xmlns:{f.prefix}='{f.namespace}'" for f in FIELDS]
    block = "\n".join(
        (
            f" <rdf:Description xmlns:rdf='{RDF}' rdf:about={quoteattr(about)}",
            *(f"   {namespace}" for namespace in namespaces),
            f"   xmlns:tagloop='{TAGLOOP}'>",
            *lines,
            " </rdf:Description>",
        )
    )
    rdf = packet.rdf
    if rdf.content is None:
        name = packet.raw_name(rdf)
        opening = packet.data[rdf.start : rdf.end - 2].decode().rstrip()
        return Replacement(rdf.start, rdf.end, f"{opening}>\n{block}\n</{name}>".encode())
    at = rdf.children[-1].end if rdf.children else rdf.content
    return Replacement(at, at, f"\n{block}".encode())


def _property(name: str, container: str, items: Iterable[str]) -> str:
    lines = "\n".join(f"    <rdf:li>{escape(item)}</rdf:li>" for item in items)
    return f"  <{name}>\n   <rdf:{container}>\n{lines}\n   </rdf:{container}>\n  </{name}>"


def _bag(local_name: str, items: Iterable[str]) -> list[str]:
    listed = list(items)
    return [_property(f"tagloop:{local_name}", "Bag", listed)] if listed else []


def _remembered(word: XmpWord) -> str:
    return STEP.join((word.slug, *(step.translate(ESCAPES) for step in word.path)))


def _apply(data: bytes, edits: Iterable[Replacement]) -> bytes:
    """Return the data with all edits made; they do not overlap."""
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        data = data[: edit.start] + edit.data + data[edit.end :]
    return data
