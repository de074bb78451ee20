"""Read a night's hashtags and the pictures that may teach."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from services.trainer.learning.hashtags.labels.choosing import MIN_PICTURES
from services.trainer.learning.hashtags.labels.gathering import Gatherer
from services.trainer.learning.hashtags.labels.weak_labels import find_weak_labels
from services.trainer.learning.hashtags.preparing import prepare
from services.trainer.learning.hashtags.teaching import TeachingHashtags
from services.trainer.learning.hashtags.words.meaning import HashtagReader
from services.trainer.learning.hashtags.words.segmentation import split_run
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.models.stored_embeddings import read_embeddings_of
from shared.db.tags.hashtags.proposals import find_merged
from shared.db.tags.hashtags.reading import (
    find_decided_tags,
    find_former_names,
    find_shared_tags,
    read_hashtags,
)
from shared.model.scorer import Scorer

# The newest images with hashtags that one night looks at: some 300 MB with five hashtags each.
MAX_IMAGES = 1_000_000
READ_AT_ONCE = 5_000
# The random half of a UUIDv7, which its uploader cannot choose.
LOTTERY_BITS = 2**62 - 1


@dataclass(frozen=True)
class Night:
    """What hashtags can teach tonight.

    live: the live version with every shared custom tag. decided: ids of tags that people corrected.
    """

    live: Scorer
    decided: Collection[int]
    teaching: TeachingHashtags


def read_night(engine: Engine, live: Scorer, settings: Settings) -> Night | None:
    """Read hashtags and the pictures that may teach; None if there is nothing to learn.

    Raises:
        Unavailable: Postgres does not answer.
    """
    if settings.hashtag_tags == "off":
        return None
    backbone = live.model.backbone_id
    gatherer, ids = Gatherer(), bytearray()
    for image in read_hashtags(engine, backbone, MAX_IMAGES):
        gatherer.add(image.owner, image.id.int & LOTTERY_BITS, image.hashtags)
        ids += image.id.bytes
    if len(gatherer) < MIN_PICTURES:
        return None
    with transaction(engine) as connection:
        shared = find_shared_tags(connection)
        former = find_former_names(connection)
        merged = find_merged(connection)
        decided = find_decided_tags(connection)
    live = replace(live, index=live.index.with_custom(shared), own=live.own)
    reader = HashtagReader(live.index, former=former, merged=merged, split=cache(split_run))
    uses = gatherer.uses(reader, live.index)

    def read(rows: NDArray[np.intp]) -> NDArray[np.float16]:
        found = np.zeros((len(rows), len(live.head.weight)), dtype=np.float16)
        wanted = [UUID(bytes=bytes(ids[16 * row : 16 * row + 16])) for row in rows.tolist()]
        for start in range(0, len(wanted), READ_AT_ONCE):
            some = wanted[start : start + READ_AT_ONCE]
            with transaction(engine) as connection:
                read_ids, embeddings = read_embeddings_of(connection, some, backbone)
            place = {image_id: number for number, image_id in enumerate(some, start)}
            found[[place[image_id] for image_id in read_ids]] = embeddings
        return found

    prepared = prepare(uses, read, live, decided)
    if prepared is None:
        return None
    labels = find_weak_labels(prepared.material)
    return Night(live, decided, TeachingHashtags(prepared, labels))
