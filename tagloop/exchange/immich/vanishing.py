"""Tags that people deleted in Immich: nothing is learned from that, but people are asked."""

from collections.abc import Mapping, Set

from shared.db.events.immich import bridge_tags, put_tag, stop_tag
from shared.db.events.immich_assets import forget_value
from tagloop.exchange.immich.bridge import Bridge

# If fewer pictures lose a tag, these are corrections, even if no other picture had it.
MIN_EVERYWHERE = 5
MAX_NAMES = 5


def find_vanished(bridge: Bridge) -> tuple[dict[str, str], Set[str]]:
    """Stop writing tags that are gone from Immich.

    Return the ids of existing tags, and the values of tags that were deleted or made again.

    A tag that was deleted and made again is a new tag: it is written again where it belongs.
    """
    there = bridge.immich.tags()
    with bridge.state() as connection:
        tags = bridge_tags(connection, bridge.run)
    changed = {value: tag.slug for value, tag in tags.items() if there.get(value) != tag.tag_id}
    vanish(bridge, changed, there)
    return there, changed.keys()


def vanish(bridge: Bridge, tags: Mapping[str, str], there: Mapping[str, str]) -> None:
    """Forget where tags were, slugs by value; stop writing them unless they were made again."""
    gone = sorted(tags.keys() - there.keys())
    pictures = 0
    if not bridge.options.is_dry_run:
        with bridge.state() as connection:
            for value, slug in tags.items():
                number = forget_value(connection, bridge.run, value)
                if value in there:
                    put_tag(connection, bridge.run, value, slug, there[value])
                else:
                    stop_tag(connection, bridge.run, value)
                    pictures += number
    if gone:
        names = ", ".join(gone[:MAX_NAMES]) + (", …" if len(gone) > MAX_NAMES else "")
        bridge.report.ask(
            f"{len(gone):,} tags are gone from Immich, where pictures had them {pictures:,} times: "
            f"{names}. Nothing was learned from that, and they are not written any more. If they "
            f"should be, run the bridge with --again {gone[0]!r}; if a tag was wrong, correct it "
            "in Tagloop."
        )


def is_everywhere(bridge: Bridge, tag_id: str, lost: int) -> bool:
    """Return whether a tag that many pictures lost is on no picture any more."""
    return lost >= MIN_EVERYWHERE and not bridge.immich.with_tag(tag_id)
