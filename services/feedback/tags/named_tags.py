"""Make a tag from its name alone, by a network that understands text."""

from shared.auth.authentication import caller_access, caller_key_id
from shared.db.connection.engine import transaction
from shared.db.models.promotion import lock_live_model
from shared.db.tags.custom.making import count_tags_of, insert_custom_tags
from shared.db.tags.known_tag import KnownTag
from shared.db.tags.lookup import find_named
from shared.errors import BadRequest, Conflict
from shared.model.live.promoting import promote_head, read_head
from shared.model.names.tag_names import slug_of
from shared.web.context import context
from shared.web.texts import embed_text

REASON = "The tag {name!r} was made from its name."


def make_named_tag(name: str) -> KnownTag:
    """Make a shared tag that the network recognises by its name; return it.

    Raises:
        BadRequest: the network does not understand text, or the caller's tags are an owner's.
        Conflict: the tag exists, or no more may be made.
        Unavailable: no worker embedded the name in time.
    """
    here = context()
    settings = here.settings
    if here.live.get().head.text is None:
        raise BadRequest(
            f"The tag {name!r} needs examples: the live network does not understand text."
        )
    owner = caller_access().owner
    if owner is not None and not settings.shared_tags:
        raise BadRequest(f"The tag {name!r} needs examples: it would belong to {owner!r} alone.")
    if not settings.custom_tags:
        raise BadRequest("This server allows no new tags (TAGLOOP_CUSTOM_TAGS).")
    index = here.vocabulary.get()
    with transaction(here.engine) as connection:
        known = find_named(connection, index, [name], None)
        if name in known:
            raise Conflict(
                f"There is already a tag {known[name].tag.slug!r}; teach it with examples."
            )
        if count_tags_of(connection, None) >= settings.max_shared_tags:
            raise Conflict(
                f"There are already {settings.max_shared_tags:,} tags; delete or merge some."
            )
    row = embed_text(name, as_name=True)
    with transaction(here.engine) as connection:
        live = lock_live_model(connection)
        head = None if live is None else read_head(here.storage, live)
        if live is None or head is None or head.text is None or row is None:
            raise BadRequest(f"The tag {name!r} needs examples: another network went live.")
        new = KnownTag(0, slug_of(name), name, "custom", None)
        made = insert_custom_tags(connection, [new], caller_key_id(), from_name=True)
        tag = made[new.slug]
        changed = head.with_text(head.text.with_named({tag.id: row}))
        promote_head(
            connection, here.storage, live, changed, reason=REASON.format(name=name), metrics={}
        )
    return tag
