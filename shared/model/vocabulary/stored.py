"""Vocabularies as text, in files and in the database."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict

from shared.model.vocabulary.tag import Tag
from shared.model.vocabulary.vocabulary import Vocabulary

TUPLES = ("aliases", "parents", "more_leaves")


def write_vocabulary(tags: Iterable[Tag]) -> str:
    """Return tags as JSON, one a line."""
    rows = []
    for tag in tags:
        row = asdict(tag)
        # Tags of a vocabulary have no owner, and few stand for more than one class.
        del row["owner"]
        if not tag.more_leaves:
            del row["more_leaves"]
        rows.append(json.dumps(row, ensure_ascii=False))
    return "[\n" + ",\n".join(rows) + "\n]\n"


def read_vocabulary(text: str) -> Vocabulary:
    """Read what `write_vocabulary` wrote."""
    rows = json.loads(text)
    return Vocabulary(
        [Tag(**row | {name: tuple(row[name]) for name in TUPLES if name in row}) for row in rows]
    )
