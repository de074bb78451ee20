"""The words of an image as the server shows it."""

from collections.abc import Sequence

from tagloop.client.documents import ReceivedTag
from tagloop.exchange.xmp.packets.words import XmpWord


def words_of(tags: Sequence[ReceivedTag]) -> list[XmpWord]:
    """Return the words of shown tags, each with its path through wider shown tags."""
    by_slug = {tag.tag: tag for tag in tags}
    implied = {parent for tag in tags for parent in tag.parents}
    return [
        XmpWord(tag.tag, _path_of(tag, by_slug), is_narrowest=tag.tag not in implied)
        for tag in tags
    ]


def _path_of(tag: ReceivedTag, by_slug: dict[str, ReceivedTag]) -> tuple[str, ...]:
    """Return the names from the widest tag to this one; of several wider ones the first counts."""
    path = [tag.name]
    passed = {tag.tag}
    while wider := next((by_slug[slug] for slug in tag.parents if slug in by_slug), None):
        if wider.tag in passed:
            break
        path.append(wider.name)
        passed.add(wider.tag)
        tag = wider
    return tuple(reversed(path))
