"""Find images by a text, with a network that understands it."""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy import RowMapping

from services.catalog.search.language import WordRun
from services.catalog.search.reading import Understood
from shared.auth.door import caller_access
from shared.db.connection.engine import transaction
from shared.db.images.images import find_images
from shared.db.search.likeness.similar import find_nearest
from shared.db.search.search import Search
from shared.errors import Unavailable
from shared.web.answers.image_document import describe_images
from shared.web.context import context
from shared.web.texts import embed_text

MAX_FOUND = 200
# Of a hundred ordinary pictures, two are as near to a text as this z-score.
MIN_Z = 2.0


def text_of(understood: Understood) -> str | None:
    """Return the text of a search that its words' tags do not answer; None if they do.

    Only plain words are a text: quotes, brackets, alternatives and negations ask for tags.
    """
    is_plain = len(understood.query.alternatives) == 1 and all(
        isinstance(item, WordRun) and not item.negated for item in understood.query.alternatives[0]
    )
    if not understood.unknown or not is_plain or understood.has_parameters:
        return None
    if not _understands_text():
        return None
    runs = understood.query.alternatives[0]
    return " ".join(word.text for run in runs if isinstance(run, WordRun) for word in run.words)


def _understands_text() -> bool:
    try:
        return context().live.get().head.text is not None
    except Unavailable:
        return False  # No worker has started so far, so there is nothing to find by text.


def find_by_text(understood: Understood, text: str, most: int) -> tuple[list[dict[str, Any]], int]:
    """Return the images nearest to a text as documents, the nearest first, and how many there are.

    most: the number of documents to return.

    Raises:
        Unavailable: no worker embedded the text in time.
    """
    embedding = embed_text(text, as_name=False)
    scorer = context().live.get()
    if embedding is None or scorer.head.text is None:
        return [], 0
    usual, deviation = scorer.head.text.background.measure(embedding[:, np.newaxis])
    limit = float(usual[0] + MIN_Z * deviation[0])
    search = understood.search
    with transaction(context().engine) as connection:
        nearest = find_nearest(
            connection,
            embedding.astype(np.float16),
            scorer.model.backbone_id,
            MAX_FOUND,
            access=caller_access(),
        )
        near = {one.image_id: one for one in nearest if one.similarity >= limit}
        rows = {row["id"]: row for row in find_images(connection, list(near), search.access)}
        matching = [rows[image] for image in near if image in rows and _fits(rows[image], search)]
        documents = describe_images(connection, context().words, matching[:most])
    return documents, len(matching)


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
