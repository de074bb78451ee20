"""An image as the world sees it: the JSON of the API, of webhooks and of task results."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, RowMapping

from shared.db.tags.tags import ShownTag, tags_of_images
from shared.model.live_vocabulary import LiveVocabulary
from shared.vocabulary import Vocabulary

CONFIDENCE_DIGITS = 6
SHARE_DIGITS = 3


def describe_images(
    connection: Connection,
    words: LiveVocabulary,
    rows: Sequence[RowMapping],
    min_confidence: float = 0.0,
) -> list[dict[str, Any]]:
    """Rows of `images` as documents, with those of their shown tags that are sure enough."""
    shown = tags_of_images(connection, [row["id"] for row in rows])
    slugs = {tag.slug for tags in shown.values() for tag in tags}
    vocabulary = words.get(slugs, connection).vocabulary
    return [
        describe_image(row, describe_tags(vocabulary, shown[row["id"]], min_confidence))
        for row in rows
    ]


def describe_image(row: RowMapping, tags: list[dict[str, Any]]) -> dict[str, Any]:
    """One row of `images` and its tags as a document."""
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
    """How much of the picture was decoded; None until it is tagged."""
    if row["status"] != "tagged":
        return None
    return 1.0 if row["decoded_share"] is None else round(row["decoded_share"], SHARE_DIGITS)


def describe_tags(
    vocabulary: Vocabulary, shown: Iterable[ShownTag], min_confidence: float = 0.0
) -> list[dict[str, Any]]:
    """Those of an image's tags that are sure enough, the most specific first."""
    # Before they are put in order: a tag is only implied by another that is listed.
    tags = [tag for tag in shown if tag.confidence >= min_confidence]
    columns = np.array([vocabulary.index(tag.slug) for tag in tags], dtype=np.intp)
    confidences = np.array([tag.confidence for tag in tags], dtype=np.float32)
    order = vocabulary.most_specific_first(columns, confidences)
    return [describe_tag(vocabulary, tags[position]) for position in order]


def describe_tag(vocabulary: Vocabulary, shown: ShownTag) -> dict[str, Any]:
    """One tag of an image as a document."""
    tag = vocabulary.tags[vocabulary.index(shown.slug)]
    return {
        "tag": tag.slug,
        "name": tag.name,
        "confidence": round(shown.confidence, CONFIDENCE_DIGITS),
        "source": shown.source,
        "parents": list(tag.parents),
    }


def image_url(image_id: object) -> str:
    """The path of an image in the API."""
    return f"/v1/images/{image_id}"
