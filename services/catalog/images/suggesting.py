"""Suggest hashtags for an image, from its tags and similar images, in its owner's spelling."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, RowMapping

from shared.auth.authentication import caller_access
from shared.db.images.images import find_embedding
from shared.db.owners.profiles import count_hashtags, count_images
from shared.db.search.likeness.similar import find_nearest
from shared.db.tags.hashtags.suggesting import find_hashtags_of
from shared.model.names.hashtag_words import key_of
from shared.pictures.uploader_words import tidy_hashtag

MAX_SUGGESTED = 10
SIMILAR_IMAGES = 20
# Similarities below this are chance.
MIN_SIMILARITY = 0.5
HABITS = 50
# A hashtag that an owner gives to this share of their images is suggested for all of them.
SIGNATURE_SHARE = 0.5
SCORE_DIGITS = 3


def suggest_hashtags(
    connection: Connection, row: RowMapping, tags: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return hashtags that an image lacks, the best first.

    row: of the image; tags: documents of the tags that it shows.
    """
    scores: dict[str, float] = defaultdict(float)
    spelling: dict[str, str] = {}
    sources: dict[str, list[str]] = defaultdict(list)

    def add(hashtag: str, score: float, source: str) -> None:
        key = key_of(hashtag)
        spelling.setdefault(key, tidy_hashtag(hashtag))
        scores[key] += score
        if source not in sources[key]:
            sources[key].append(source)

    habits = count_hashtags(connection, row["owner"], HABITS)
    for hashtag, _ in habits:
        spelling.setdefault(key_of(hashtag), hashtag)
    for tag in tags:
        add(tag["name"], tag["confidence"], "tags")
    for hashtag, share in _of_similar(connection, row).items():
        add(hashtag, share, "similar")
    total = max(count_images(connection, row["owner"]), 1)
    for hashtag, images in habits:
        if images / total >= SIGNATURE_SHARE or key_of(hashtag) in scores:
            add(hashtag, images / total, "owner")
    given = {key_of(hashtag) for hashtag in row["hashtags"]} | {""}
    best = sorted(scores.keys() - given, key=lambda key: (-scores[key], key))
    return [
        {
            "hashtag": spelling[key],
            "score": round(scores[key], SCORE_DIGITS),
            "from": sources[key],
        }
        for key in best[:MAX_SUGGESTED]
    ]


def _of_similar(connection: Connection, row: RowMapping) -> dict[str, float]:
    """Return the hashtags of similar images, each with its share of their similarity."""
    stored = find_embedding(connection, row["id"])
    if stored is None:
        return {}
    near = find_nearest(
        connection,
        np.array(stored["embedding"], dtype=np.float16),
        stored["backbone_id"],
        SIMILAR_IMAGES,
        access=caller_access(),
        without=row["id"],
    )
    weight = {one.image_id: one.similarity for one in near if one.similarity >= MIN_SIMILARITY}
    hashtags = find_hashtags_of(connection, list(weight), row["owner"], caller_access())
    total = sum(weight.values())
    shares: dict[str, float] = defaultdict(float)
    first: dict[str, str] = {}
    for image_id, given in hashtags.items():
        for key, hashtag in {key_of(hashtag): hashtag for hashtag in given}.items():
            shares[first.setdefault(key, hashtag)] += weight[image_id] / total
    return shares
