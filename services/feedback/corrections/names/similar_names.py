"""Find tags whose names are one typing error away from an added name."""

from collections.abc import Sequence

from sqlalchemy import Connection

from shared.db.tags.lookup import find_named
from shared.model.names.tag_names import slug_of
from shared.model.names.variants import near_misses
from shared.model.vocabulary_index import VocabularyIndex

# Each costs about a hundred index look-ups.
MAX_NAMES = 20


def find_similar_names(
    connection: Connection, index: VocabularyIndex, added: Sequence[str], owner: str
) -> list[dict[str, str]]:
    """Return other tags that the user may have meant by an added name.

    Names in the vocabulary are skipped: they are rarely typed by mistake.
    """
    names = [name for name in added if index.vocabulary.resolve(name) is None][:MAX_NAMES]
    near = {name: near_misses(name) for name in names}
    found = find_named(connection, index, set().union(*near.values()), owner) if near else {}
    similar = []
    for name in names:
        others = {
            found[text].tag
            for text in near[name] & found.keys()
            if found[text].tag.slug != slug_of(name)
        }
        similar += [
            {"said": name, "tag": tag.slug, "name": tag.name}
            for tag in sorted(others, key=lambda tag: tag.slug)
        ]
    return similar
