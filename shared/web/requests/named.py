"""What a request names, as far as its caller may know of it: an image by its id, tags by name."""

from sqlalchemy import RowMapping

from shared.auth.door import caller_access
from shared.db.connection.engine import transaction
from shared.db.images.images import find_image
from shared.db.tags.tags import find_hidden_tags, find_tag
from shared.errors import NotFound
from shared.storage.image_ids import parse_image_id
from shared.vocabulary import Tag
from shared.web.context import context


def find_row(image_id: str) -> RowMapping:
    """The row of the image under this id; for a copy, of the image that it copies.

    Raises:
        NotFound: there is none, or it is not the caller's to see.
    """
    with transaction(context().engine) as connection:
        row = find_image(connection, parse_image_id(image_id), caller_access())
    if row is None:
        raise NotFound(f"There is no image {image_id!r}.")
    return row


def find_tag_named(text: str) -> Tag | None:
    """The tag that a person means by its slug, name or alias, in any case; None if unknown."""
    words = context().words
    # Before a word counts as unknown, the database is asked: it may have been made just now.
    tag = words.get().vocabulary.resolve(text) or words.get([text]).vocabulary.resolve(text)
    access = caller_access()
    if tag is None or tag.wordnet_id is not None or access.owner is None:
        return tag
    # The word of an owner's own, which others do not know.
    with transaction(context().engine) as connection:
        return tag if find_tag(connection, tag.slug, access) else None


def resolve_tag(text: str) -> Tag:
    """The same.

    Raises:
        NotFound: there is no such tag.
    """
    tag = find_tag_named(text)
    if tag is None:
        raise NotFound(f"There is no tag {text!r}; GET /v1/tags?q= finds tags by their beginning.")
    return tag


def hidden_tags() -> frozenset[str]:
    """Slugs of the tags that the caller does not know: those of others, that people made."""
    access = caller_access()
    if access.owner is None:
        return frozenset()
    with transaction(context().engine) as connection:
        return frozenset(find_hidden_tags(connection, access))
