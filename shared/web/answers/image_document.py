"""The JSON of an image in the API, in webhooks and in task results."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping

from shared.db.tags.shown import ShownTag, tags_of_images
from shared.model.live.vocabulary import LiveVocabulary
from shared.model.vocabulary import Vocabulary

CONFIDENCE_DIGITS = 6
SHARE_DIGITS = 3


def describe_images(
    connection: Connection,
    vocabulary: LiveVocabulary,
    rows: Sequence[RowMapping],
    min_confidence: float = 0.0,
) -> list[dict[str, Any]]:
    """Return rows of `images` as documents, with the tags that are sure enough."""
    index = vocabulary.get(connection)
    shown = tags_of_images(connection, [row["id"] for row in rows], index)
    return [
        describe_image(row, describe_tags(index.vocabulary, shown[row["id"]], min_confidence))
        for row in rows
    ]


def describe_image(row: RowMapping, tags: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a row of `images` and its tags as a document."""
    return {
        "id": str(row["id"]),
        "status": row["status"],
        "owner": row["owner"],
        "filename": row["filename"],
        "url": image_url(row["id"]),
        "source_url": row["source_url"],
        "width": row["width"],
        "height": row["height"],
        "format": row["format"] and row["format"].lower(),
        "partial": row["decoded_share"] is not None,
        "decoded_share": _decoded_share(row),
        "hashtags": row["hashtags"],
        "metadata": row["metadata"],
        "created_at": row["created_at"].isoformat(),
        "tagged_at": row["tagged_at"] and row["tagged_at"].isoformat(),
        "model": row["model_version"],
        "tags": tags,
        "error": row["error"] if row["status"] == "failed" else None,
    }


def _decoded_share(row: RowMapping) -> float | None:
    """Return the share of the picture that was decoded; None until it is tagged."""
    if row["status"] != "tagged":
        return None
    return 1.0 if row["decoded_share"] is None else round(row["decoded_share"], SHARE_DIGITS)


def describe_tags(
    vocabulary: Vocabulary, shown: Iterable[ShownTag], min_confidence: float = 0.0
) -> list[dict[str, Any]]:
    """Return those of an image's tags that are sure enough, the most specific first.

    Of two tags with one slug, the owner's own is meant on this image.
    """
    # Before they are put in order: a tag is only implied by another that is listed.
    by_slug: dict[str, ShownTag] = {}
    for tag in shown:
        if tag.confidence >= min_confidence and (tag.owner is not None or tag.slug not in by_slug):
            by_slug[tag.slug] = tag
    columns = {tag.slug: _column_of(vocabulary, tag) for tag in by_slug.values()}
    words = [column for column in columns.values() if column is not None]
    groups = dict(zip(words, vocabulary.display_groups(words), strict=True))

    def place(tag: ShownTag) -> tuple[int, float, bool]:
        column = columns[tag.slug]
        # Nothing is wider or narrower than a tag that people made.
        if column is None:
            return 0, -tag.confidence, True
        return groups[column], -tag.confidence, vocabulary.tags[column].usage != "common"

    return [
        _describe(tag, vocabulary, columns[tag.slug]) for tag in sorted(by_slug.values(), key=place)
    ]


def describe_tag(vocabulary: Vocabulary, shown: ShownTag) -> dict[str, Any]:
    """Return one tag of an image as a document."""
    return _describe(shown, vocabulary, _column_of(vocabulary, shown))


def _describe(shown: ShownTag, vocabulary: Vocabulary, column: int | None) -> dict[str, Any]:
    return {
        "tag": shown.slug,
        "name": shown.name,
        "owner": shown.owner,
        "confidence": round(shown.confidence, CONFIDENCE_DIGITS),
        "source": shown.source,
        "parents": [] if column is None else list(vocabulary.tags[column].parents),
    }


def _column_of(vocabulary: Vocabulary, shown: ShownTag) -> int | None:
    """Return the column of a word; None for a custom tag.

    None also for a word of the former network, which is shown until the image is re-tagged.
    """
    return vocabulary.find(shown.slug) if shown.kind == "wordnet" else None


def image_url(image_id: object) -> str:
    """Return the path of an image in the API."""
    return f"/v1/images/{image_id}"
