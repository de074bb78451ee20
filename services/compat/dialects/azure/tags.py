"""Tags and sizes as both versions of Azure's API write them."""

from typing import Any

from sqlalchemy import RowMapping

from services.compat.pictures.labels import as_it_is, surest
from services.compat.pictures.tagging import PictureOutcome


def describe_tags(outcome: PictureOutcome) -> list[dict[str, Any]]:
    """Return the tags of an image, the surest first."""
    return [
        {"name": label.called(as_it_is), "confidence": label.confidence}
        for label in surest(outcome.labels)
    ]


def describe_size(row: RowMapping) -> dict[str, int]:
    """Return the size of an image in pixels, as it is shown upright."""
    return {"width": row["width"], "height": row["height"]}
