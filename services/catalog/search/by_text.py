"""Find images by a text, with a network that understands it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, RowMapping

from services.catalog.search.language import WordRun
from services.catalog.search.reading import Understood
from shared.db.images.images import find_images
from shared.db.search.likeness.similar import find_nearest
from shared.db.search.search import Search
from shared.errors import Unavailable
from shared.web.context import context
from shared.web.texts import embed_text

MAX_FOUND = 200
# Of a hundred ordinary pictures, two reach this z-score for a text.
MIN_Z = 2.0


@dataclass(frozen=True)
class TextQuery:
    """An embedded text, (dimensions,), and how similar images have to be to it."""

    embedding: NDArray[np.float16]
    backbone_id: int
    min_similarity: float


def text_of(understood: Understood) -> str | None:
    """Return the text of a search whose words are not all tags; None if they are.

    Only plain words are a text: quotes, brackets, alternatives and negations ask for tags.
    """
    is_plain = len(understood.query.alternatives) == 1 and all(
        isinstance(item, WordRun) and not item.negated for item in understood.query.alternatives[0]
    )
    if not understood.unknown or not is_plain or understood.has_parameters:
        return None
    if not understands_text():
        return None
    runs = understood.query.alternatives[0]
    return " ".join(word.text for run in runs if isinstance(run, WordRun) for word in run.words)


def understands_text() -> bool:
    """Return whether the live network compares images with texts."""
    try:
        return context().live.get().head.text is not None
    except Unavailable:
        return False  # No worker has started yet, so there is nothing to find by text.


def prepare_text(text: str) -> TextQuery | None:
    """Have a text embedded; None: the network no longer understands text.

    Raises:
        Unavailable: no worker embedded the text in time.
    """
    embedding = embed_text(text, as_name=False)
    scorer = context().live.get()
    if embedding is None or scorer.head.text is None:
        return None
    usual, deviation = scorer.head.text.background.measure(embedding[:, np.newaxis])
    return TextQuery(
        embedding.astype(np.float16),
        scorer.model.backbone_id,
        float(usual[0] + MIN_Z * deviation[0]),
    )


def find_by_text(
    connection: Connection, understood: Understood, near: TextQuery
) -> list[RowMapping]:
    """Return the rows of the images nearest to a text, the nearest first, up to MAX_FOUND."""
    search = understood.search
    nearest = find_nearest(
        connection, near.embedding, near.backbone_id, MAX_FOUND, access=search.access
    )
    near_enough = [one.image_id for one in nearest if one.similarity >= near.min_similarity]
    rows = {row["id"]: row for row in find_images(connection, near_enough, search.access)}
    return [rows[image] for image in near_enough if image in rows and _fits(rows[image], search)]


def _fits(row: RowMapping, search: Search) -> bool:
    """Return whether an image passes the conditions of a search besides its words."""
    return (
        (not search.owners or row["owner"] in search.owners)
        and row["owner"] not in search.without_owners
        and row["status"] in search.statuses
        and (search.after is None or row["created_at"] >= search.after)
        and (search.before is None or row["created_at"] < search.before)
        and (search.newer_than is None or row["id"] > search.newer_than)
    )
