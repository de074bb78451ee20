"""Limits on new tags, so that no caller can flood a server with them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection

from services.feedback.corrections.names.naming import Names
from shared.config import Settings
from shared.db.corrections.decisions import find_explicit
from shared.db.tags.custom.making import count_made_today, count_tags_of
from shared.errors import Conflict, TooManyRequests


def refuse_flood(
    connection: Connection,
    slugs: Sequence[str],
    settings: Settings,
    *,
    maker: str | None,
    key_id: int | None,
) -> None:
    """Raise an error if a request creates too many tags.

    slugs: the new tags'. maker: their owner; None: shared. key_id: the caller's; None: keys are
    turned off.

    Raises:
        Conflict: too many in one request, or in total.
        TooManyRequests: the key has reached its daily limit.
    """
    if not slugs:
        return
    if len(slugs) > settings.max_new_tags_per_request:
        raise Conflict(
            f"This request makes {len(slugs):,} new tags, but one request may make at most "
            f"{settings.max_new_tags_per_request:,} (TAGLOOP_MAX_NEW_TAGS_PER_REQUEST)."
        )
    most, variable, whose = (
        (settings.max_shared_tags, "TAGLOOP_MAX_SHARED_TAGS", "shared by all owners")
        if maker is None
        else (settings.max_tags_per_owner, "TAGLOOP_MAX_TAGS_PER_OWNER", f"of {maker!r}")
    )
    there = count_tags_of(connection, maker)
    if there + len(slugs) > most:
        raise Conflict(
            f"With {len(slugs):,} more there would be more than {most:,} tags {whose} "
            f"({variable}); delete or merge some of the {there:,}."
        )
    if key_id is None:
        return
    made, seconds = count_made_today(connection, key_id)
    if made + len(slugs) > settings.max_new_tags_per_day:
        raise TooManyRequests(
            f"This key may make {settings.max_new_tags_per_day:,} new tags a day "
            f"(TAGLOOP_MAX_NEW_TAGS_PER_DAY), and has made {made:,}; try again in {seconds:,} s.",
            seconds,
        )


def refuse_overfull(
    connection: Connection, names: Names, originals: Mapping[int, UUID], settings: Settings
) -> None:
    """Record a problem for entries that would give an image too many tags.

    originals: the image of each entry, by entry number.
    """
    most = settings.max_tags_per_image
    there: dict[UUID, set[int | str]] = {
        image_id: set(tag_ids)
        for image_id, tag_ids in find_explicit(connection, set(originals.values())).items()
    }
    for number, image_id in originals.items():
        if number in names.problems:
            continue
        spoken = there.setdefault(image_id, set())
        added: set[int | str] = {
            naming.tag.slug if naming.is_new else naming.tag.id
            for naming in names.entries[number]
            if naming.verdict != "undo"
        }
        if len(spoken | added) > most and not added <= spoken:
            names.problems[number] = Conflict(
                f"People would have decided {len(spoken | added):,} tags of this image; at most "
                f"{most:,} are allowed (TAGLOOP_MAX_TAGS_PER_IMAGE)."
            )
        else:
            spoken |= added
