"""Select the tags of an image: by confidence, by precision or by name."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import RowMapping

from services.catalog.documents import ShownTagsQuery
from services.catalog.images.opinion import Opinion, read_opinion
from services.catalog.images.precision import choose_precise
from shared.errors import BadRequest
from shared.web.answers.image_document import describe_tag, describe_tags
from shared.web.requests.named import resolve_tag


def tags_asked_for(row: RowMapping, query: ShownTagsQuery) -> list[dict[str, Any]]:
    """Return the tags of an image that a query asks for, if they are not those shown by default.

    Raises:
        BadRequest: the query names no tag.
        NotFound: a name means no tag.
        Unavailable: Postgres or the storage does not answer.
    """
    if query.tags is not None:
        return _named_tags(row, query.tags)
    opinion = read_opinion(row)
    if query.precision is None:
        sure = opinion.sure(query.min_confidence or 0.0)
        return _describe(opinion, sure)[: query.max_tags]
    sure, basis = choose_precise(opinion, query.precision)
    tags = _describe(opinion, sure)[: query.max_tags]
    return [{**tag, "basis": basis[tag["tag"]]} for tag in tags]


def _describe(opinion: Opinion, sure: NDArray[np.bool_]) -> list[dict[str, Any]]:
    shown = [tag for column in np.flatnonzero(sure).tolist() if (tag := opinion.shown_tag(column))]
    return describe_tags(opinion.vocabulary, shown)


def _named_tags(row: RowMapping, names: str) -> list[dict[str, Any]]:
    asked = [name for name in names.split(",") if name.strip()]
    if not asked:
        raise BadRequest("tags: names at least one tag.")
    tags = [resolve_tag(name, row["owner"]).tag for name in asked]
    opinion = read_opinion(row, knowing=tags)
    named = (opinion.shown_tag(opinion.index.columns[tag.id]) for tag in tags)
    return [describe_tag(opinion.vocabulary, tag) for tag in named if tag]
