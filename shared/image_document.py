"""An image as the world sees it: the JSON of the API, of webhooks and of task results."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, RowMapping

from shared.db.tags import tags_of_images
from shared.vocabulary import Vocabulary, load_imagenet

CONFIDENCE_DIGITS = 4


def describe_images(
    connection: Connection, rows: Sequence[RowMapping], min_confidence: float = 0.0
) -> list[dict[str, Any]]:
    """Rows of `images` as documents, with those of their shown tags that are sure enough."""
    shown = tags_of_images(connection, [row["id"] for row in rows])
    vocabulary = load_imagenet()
    documents = []
    for row in rows:
        # Before they are put in order: a tag is only implied by another that is listed.
        tags = [(slug, sure) for slug, sure in shown[row["id"]] if sure >= min_confidence]
        columns = np.array([vocabulary.index(slug) for slug, _ in tags], dtype=np.intp)
        confidences = np.array([confidence for _, confidence in tags], dtype=np.float32)
        order = vocabulary.most_specific_first(columns, confidences)
        documents.append(
            describe_image(row, describe_tags(vocabulary, columns[order], confidences[order]))
        )
    return documents


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
        "hashtags": row["hashtags"],
        "metadata": row["metadata"],
        "created_at": row["created_at"].isoformat(),
        "tagged_at": row["tagged_at"] and row["tagged_at"].isoformat(),
        "model": row["model_version"],
        "tags": tags,
        "error": row["error"] if row["status"] == "failed" else None,
    }


def describe_tags(
    vocabulary: Vocabulary, columns: np.ndarray, confidences: np.ndarray
) -> list[dict[str, Any]]:
    """Columns (n,) of the vocabulary with the model's confidences (n,), in the given order."""
    return [
        {
            "tag": vocabulary.tags[column].slug,
            "name": vocabulary.tags[column].name,
            "confidence": round(float(confidence), CONFIDENCE_DIGITS),
            "source": "model",
            "parents": list(vocabulary.tags[column].parents),
        }
        for column, confidence in zip(columns, confidences, strict=True)
    ]


def image_url(image_id: object) -> str:
    """The path of an image in the API."""
    return f"/v1/images/{image_id}"
