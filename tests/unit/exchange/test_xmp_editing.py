"""Words are added to XMP and removed again, and no other byte of it changes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagloop.exchange.xmp.packets.editing import EMPTY, is_empty, put_words, without_words
from tagloop.exchange.xmp.packets.packet import MAX_DEPTH, Packet, UnusableXmp, read_packet
from tagloop.exchange.xmp.packets.reading import items_of, memory_of
from tagloop.exchange.xmp.packets.words import (
    FIELDS,
    SUBJECT,
    Changes,
    Memory,
    XmpWord,
    find_changes,
)
from tagloop.exchange.xmp.sidecars import find_sidecars, new_sidecar, read_sidecar

DIGEST = "0" * 64
DOG = XmpWord("dog", ("animal", "dog"))
ANIMAL = XmpWord("animal", ("animal",), is_narrowest=False)
BEACH = XmpWord("beach", ("beach",))
WORDS = [DOG, BEACH, ANIMAL]
IMPLIED = {"dog": frozenset({"dog", "animal"})}
HEAD = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
# As darktable, Lightroom, digiKam and people write it.
FOREIGN = {
    "attributes": f"""<?xml version="1.0" encoding="UTF-8"?>
{HEAD}>
  <r:Description r:about='' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="5"
    xmlns:dt='http://darktable.sf.net/' dt:xmp_version='5' a='1 > 0'/>
</r:RDF></x:xmpmeta>""",
    "own words": f"""{HEAD}><r:Description r:about="uuid:7&amp;8"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:l='http://ns.adobe.com/lightroom/1.0/'>
<dc:title><r:Alt><r:li xml:lang="x-default">A &lt; B</r:li></r:Alt></dc:title>
<dc:subject><r:Bag><r:li>Holiday  2019</r:li><!-- mine -->
 <r:li >DOG</r:li></r:Bag ></dc:subject><l:hierarchicalSubject><r:Bag>
  <r:li>Pets|Dog</r:li>\t</r:Bag></l:hierarchicalSubject></r:Description></r:RDF>
</x:xmpmeta>
<!-- after -->""",
    "seq for bag": f"""{HEAD}><r:Description xmlns:d='http://www.digikam.org/ns/1.0/'>
<d:TagsList><r:Bag><r:li>animal/dog</r:li></r:Bag></d:TagsList></r:Description></r:RDF></x:xmpmeta>""",
    "empty": f"{HEAD}/></x:xmpmeta>",
    "windows": f"{HEAD}>\r\n<r:Description r:about=''/>\r\n</r:RDF></x:xmpmeta>\r\n",
    "ours": EMPTY.decode(),
}
TEXT = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp")), min_size=1, max_size=12
).filter(lambda text: text == text.strip() and bool(text))


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_adding_and_removing_tags_restores_every_byte(name: str, encoding: str) -> None:
    text = FOREIGN[name].replace("UTF-8", encoding.removesuffix("-sig"))
    data = text.encode(encoding)
    packet = read_packet(data)
    assert packet.encode() == data

    written = put_words(packet, DIGEST, WORDS)

    again = read_packet(written.encode())
    for field in FIELDS:
        for word in WORDS:
            shown = any(word.is_meant_by(field, item) for item in items_of(again)[field])
            assert shown == word.is_in(field) or word.is_meant_by(field, "DOG")
    assert put_words(again, DIGEST, WORDS).data == again.data, "writing twice changes nothing"
    restored = without_words(again)
    if name != "empty":
        assert restored.encode() == data
    assert is_empty(restored) == (name in ("empty", "ours"))


words = st.lists(
    st.builds(
        lambda slug, steps, narrow: XmpWord(slug.replace("|", ""), tuple(steps), narrow),
        st.sampled_from(["a", "b", "c", "d"]),
        st.lists(TEXT, min_size=1, max_size=3),
        st.booleans(),
    ),
    max_size=4,
    unique_by=lambda word: word.slug,
)


@given(st.lists(TEXT, min_size=1, max_size=4), words, words)
def test_any_words_are_written_beside_any_others(
    own: list[str], first: list[XmpWord], second: list[XmpWord]
) -> None:
    """Whatever people and the network call things, nothing gets lost, doubled or mixed up."""
    packet = read_packet(EMPTY)
    from xml.sax.saxutils import escape

    items = "".join(f"<r:li>{escape(text)}</r:li>" for text in own)
    before = read_packet(
        f"{HEAD}><r:Description xmlns:dc='{SUBJECT.namespace}'>"
        f"<dc:subject><r:Bag>{items}</r:Bag></dc:subject></r:Description></r:RDF></x:xmpmeta>".encode()
    )
    for start in (packet, before):
        once = read_packet(put_words(start, DIGEST, first).encode())
        memory = memory_of(once)
        assert memory is not None
        assert sorted(memory.words, key=str) == sorted(first, key=str)
        assert not find_changes(memory, items_of(once), {})
        twice = put_words(once, DIGEST, second)
        assert twice.data == put_words(start, DIGEST, second).data
        assert without_words(twice).data == start.data


def changed(packet: Packet, old: str, new: str) -> Changes:
    """Return what is read after a program replaced text."""
    text = packet.data.decode()
    assert old in text
    other = read_packet(text.replace(old, new, 1).encode())
    memory = memory_of(other)
    assert memory
    return find_changes(memory, items_of(other), IMPLIED)


def test_changes_by_people_are_found_field_by_field() -> None:
    written = put_words(read_packet(FOREIGN["own words"].encode()), DIGEST, [*WORDS])

    assert not changed(written, "A &lt; B", "another title")
    assert changed(written, "<rdf:li>animal/dog</rdf:li>", "") == Changes(("dog",))
    assert changed(written, "<r:li>beach</r:li>", "") == Changes(("beach",))
    assert changed(written, "<r:li >DOG</r:li>", "") == Changes(("dog",))
    assert changed(written, "<r:li>animal</r:li>", "") == Changes(), "a dog is still an animal"
    assert changed(written, "Holiday  2019", "Holiday 2020") == Changes((), ("Holiday 2020",))
    assert changed(written, "Pets|Dog", "Pets|Dog|Rex") == Changes(("dog",), ("Rex",))
    assert changed(written, "<r:li>Pets|Dog</r:li>", "<r:li>pets|DOG</r:li>") == Changes()
    assert changed(written, "<r:li >DOG</r:li>", "<r:li>DOG</r:li><r:li>Pets</r:li>") == Changes()


def test_a_word_that_was_read_once_is_not_reported_again() -> None:
    packet = put_words(read_packet(EMPTY), DIGEST, WORDS)
    edited = read_packet(packet.data.replace(b"<rdf:li>beach</rdf:li>", b"<rdf:li>Sea</rdf:li>"))

    kept = put_words(edited, DIGEST, [DOG, ANIMAL], {"sea"})

    memory = memory_of(kept)
    assert memory
    assert not find_changes(memory, items_of(kept), IMPLIED)
    assert items_of(without_words(kept))[SUBJECT] == ["Sea"]
    still_new = memory_of(put_words(edited, DIGEST, WORDS))
    assert isinstance(still_new, Memory)
    assert find_changes(still_new, items_of(put_words(edited, DIGEST, WORDS)), IMPLIED).added


BOMB = """<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>"""
OUTSIDE = """<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>"""


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is not XML: no element found: line 1, column 0"),
        (b"\x89PNG\r\n\x1a\n", "it is not valid UTF-8"),
        (b"<a>", "it is not XML: no element found: line 1, column 3"),
        (b"{}", "it is not XML"),
        (b"<a/>", "it has no rdf:RDF"),
        (BOMB.encode(), "it declares a document type"),
        (OUTSIDE.encode(), "it declares a document type"),
        ("<a/>".encode("utf-16")[:-1], "it is not valid UTF-16-LE"),
        (b"<?xml version='1.0' encoding='latin-1'?><a/>", "its encoding is latin-1"),
        (b"<?xml version='1.0' encoding='no-such'?><a/>", "its encoding is no-such"),
        (b"<a>" * (MAX_DEPTH + 1), "nested more than"),
        (b" " * (8 * 1024 * 1024 + 1), "more than 8 MiB"),
        (b"<a>&nbsp;</a>", "it is not XML: undefined entity"),
    ],
)
def test_a_file_without_xmp_is_reported_in_one_sentence(data: bytes, reason: str) -> None:
    with pytest.raises(UnusableXmp, match=reason.replace("(", r"\(")):
        read_packet(data)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode)))
def test_any_bytes_are_read_or_refused_without_harm(data: bytes) -> None:
    for whole in (data, FOREIGN["attributes"].encode().replace(b"5", data)):
        try:
            packet = read_packet(whole)
            written = put_words(packet, DIGEST, WORDS)
        except UnusableXmp:
            continue
        assert without_words(written).data == packet.data


@pytest.mark.parametrize(
    "properties",
    ["<dc:subject>dog</dc:subject>", "<dc:subject><r:Description/></dc:subject>"],
)
def test_an_xmp_subject_that_is_not_a_list_is_left_alone(properties: str) -> None:
    packet = read_packet(
        f"{HEAD}><r:Description xmlns:dc='{SUBJECT.namespace}'>{properties}"
        "</r:Description></r:RDF></x:xmpmeta>".encode()
    )
    with pytest.raises(UnusableXmp, match="its dc:subject is not a list of words"):
        put_words(packet, DIGEST, WORDS)


def test_photo_xmp_is_used_where_it_is_clear_whose_it_is(tmp_path: Path) -> None:
    names = ("a.jpg", "b.jpg", "b.cr2", "c.jpg", "c.cr2")
    for name in names:
        (tmp_path / name).touch()
    raw = (
        "<r:Description xmlns:p='http://ns.adobe.com/photoshop/1.0/' p:SidecarForExtension='CR2'/>"
    )
    for name in ("a.xmp", "b.xmp"):
        (tmp_path / name).write_text(FOREIGN["empty"])
    (tmp_path / "c.xmp").write_text(f"{HEAD}>{raw}</r:RDF></x:xmpmeta>")

    assert find_sidecars(tmp_path / "a.jpg") == [tmp_path / "a.xmp"]
    assert find_sidecars(tmp_path / "b.jpg") == [], "it may be b.cr2's"
    assert find_sidecars(tmp_path / "c.jpg") == []
    assert find_sidecars(tmp_path / "c.cr2") == [tmp_path / "c.xmp"]
    (tmp_path / "a.jpg.xmp").write_text(FOREIGN["empty"])
    assert find_sidecars(tmp_path / "a.jpg") == [tmp_path / "a.jpg.xmp", tmp_path / "a.xmp"]


def test_a_sidecar_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    new = new_sidecar(tmp_path / "a.jpg")
    new.replace(put_words(new.packet, DIGEST, WORDS))
    path = tmp_path / "a.jpg.xmp"
    path.chmod(0o640)

    sidecar = read_sidecar(path)
    sidecar.replace(without_words(sidecar.packet))
    assert path.read_bytes() == EMPTY
    assert path.stat().st_mode & 0o777 == 0o640
    with pytest.raises(UnusableXmp, match="another program"):
        sidecar.replace(None)
    assert list(tmp_path.iterdir()) == [path]
    path.chmod(0o444)
    with pytest.raises(UnusableXmp, match="it is read-only"):
        read_sidecar(path)
    with pytest.raises(UnusableXmp, match="No such file"):
        read_sidecar(tmp_path / "none.xmp")
