"""Find the images and tags that a request names, if its caller may see them."""

from collections.abc import Collection

from sqlalchemy import RowMapping

from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.images.images import find_image
from shared.db.tags.lookup import NameMeaning, find_named
from shared.errors import NotFound
from shared.model.names.variants import forms
from shared.storage.image_ids import parse_image_id
from shared.web.context import context


def find_row(image_id: str) -> RowMapping:
    """Return the row of an image; for a copy, the row of the original.

    Raises:
        NotFound: there is no such image, or the caller may not see it.
    """
    with transaction(context().engine) as connection:
        row = find_image(connection, parse_image_id(image_id), caller_access())
    if row is None:
        raise NotFound(f"There is no image {image_id!r}.")
    return row


def find_tags_named(texts: Collection[str], owner: str | None = None) -> dict[str, NameMeaning]:
    """Return the tags that texts mean to the caller, by text; unknown texts are left out.

    texts: slugs, names or aliases, in any case. owner: the owner whose tags are meant; None: the
    caller.

    Raises:
        Forbidden: the caller may not see this owner's tags.
    """
    index = context().vocabulary.get()
    with transaction(context().engine) as connection:
        return find_named(connection, index, texts, caller_access().narrow(owner))


def find_tag_named(text: str, owner: str | None = None) -> NameMeaning | None:
    """Return the tag that one text means to the caller, or None."""
    return find_tags_named([text], owner).get(text)


def resolve_tag(text: str, owner: str | None = None) -> NameMeaning:
    """Return the tag that one text means to the caller, if need be in another form (`shoes`).

    Raises:
        NotFound: there is no such tag.
    """
    meant_by = find_tags_named({text, *forms(text)}, owner)
    meaning = next((meant_by[form] for form in (text, *forms(text)) if form in meant_by), None)
    if meaning is None:
        raise NotFound(f"There is no tag {text!r}; GET /v1/tags?q= finds tags by their beginning.")
    return meaning
