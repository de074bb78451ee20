"""What hashtags give or cost where people corrected: a night's fit with and without them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from bench.learning.hashtags.community import Posts, people
from bench.learning.hashtags.simulation import MIN_CONFIDENCE, Simulation
from services.trainer.learning.evaluation.gate import GateLimits
from services.trainer.learning.examples.dataset import SAMPLED_IMAGES, DataSet
from services.trainer.learning.finetune import finetune_on
from services.trainer.learning.hashtags.labels.weak_labels import find_weak_labels
from services.trainer.learning.hashtags.preparing import prepare
from services.trainer.learning.hashtags.teaching import TeachingHashtags
from services.trainer.learning.trust.votes import Votes
from services.trainer.outcome import Finetuned
from shared.config import load_settings
from shared.db.models.learning import ContributorRecord
from shared.db.tags.known_tag import KnownTag
from shared.model.scorer import Scorer

PER_TAG = (5, 10, 20)
WRONG = 0.1
PEOPLE = 10
FIRST_CUSTOM_ID = 100_000


def compare(simulation: Simulation, per_tag: int, seed: int) -> dict[str, Any]:
    """Return mean average precision without and with hashtags, after so many corrections a tag."""
    pictures = simulation.pictures
    rng = np.random.default_rng(seed)
    corrected = _draw(pictures.present & ~pictures.is_test[:, np.newaxis], per_tag, rng)
    posts = _without(people(pictures, WRONG, 100 * seed), corrected)
    live, tag_ids = _with_tags(simulation)
    simulation = replace(simulation)
    simulation.use(live)
    embeddings = posts.embeddings(pictures)
    data = _data_set(simulation, corrected, tag_ids, embeddings, rng)
    prepared = prepare(simulation.gather(posts), lambda rows: embeddings[rows], live, tag_ids)
    assert prepared is not None
    hashtags = TeachingHashtags(prepared, find_weak_labels(prepared.material))
    limits = GateLimits.configured(load_settings())
    found = [
        finetune_on(
            data,
            live,
            {},
            min_confidence=MIN_CONFIDENCE,
            limits=limits,
            progress=lambda *_: None,
            hashtags=some,
        )
        for some in (None, hashtags)
    ]
    without, with_hashtags = (_precision(simulation, live, tag_ids, one) for one in found)
    return {
        "without": without,
        "with": with_hashtags,
        "used": found[1].report["hashtags"]["used"],
        "verdicts": [f"{one.status}: {one.reason}" for one in found],
        "judged": found[1].report["hashtags"],
    }


def _draw(
    present: NDArray[np.bool_], per_tag: int, rng: np.random.Generator
) -> list[tuple[int, int]]:
    """Return pairs of a picture and one of its labels, so many of each label."""
    return [
        (int(row), label)
        for label in range(present.shape[1])
        for row in rng.permutation(np.flatnonzero(present[:, label]))[:per_tag]
    ]


def _without(posts: Posts, corrected: list[tuple[int, int]]) -> Posts:
    """Return the posts that show no corrected picture."""
    rows = {row for row, _ in corrected}
    kept = Posts()
    for row, owner, hashtags, mixed in zip(
        posts.row, posts.owner, posts.hashtags, posts.mixed, strict=True
    ):
        if row not in rows and mixed not in rows:
            kept.add(row, owner, hashtags, mixed)
    return kept


def _with_tags(simulation: Simulation) -> tuple[Scorer, list[int]]:
    """Return the live version with a custom tag for each label that it lacks, and all their ids."""
    made, ids = [], []
    for place, label in enumerate(simulation.pictures.labels):
        meaning = simulation.reader.read(label)
        if meaning is not None and meaning.tags:
            ids.append(meaning.tags[0])
        else:
            tag = KnownTag(FIRST_CUSTOM_ID + place, label, label.replace("-", " "), "custom", None)
            made.append(tag)
            ids.append(tag.id)
    return replace(simulation.live, index=simulation.live.index.with_custom(made)), ids


def _data_set(
    simulation: Simulation,
    corrected: list[tuple[int, int]],
    tag_ids: list[int],
    embeddings: NDArray[np.float16],
    rng: np.random.Generator,
) -> DataSet:
    rows = sorted({row for row, _ in corrected})
    place = {row: number for number, row in enumerate(rows)}
    order = sorted(set(tag_ids))
    column = [order.index(tag_id) for tag_id in tag_ids]
    count = len(corrected)
    votes = Votes(
        np.array([place[row] for row, _ in corrected], dtype=np.intp),
        np.array([column[label] for _, label in corrected], dtype=np.intp),
        rng.integers(PEOPLE, size=count),
        np.ones(count, dtype=np.bool_),
        np.arange(count, dtype=np.int64),
        # A vote an hour: no bursts.
        np.arange(count, dtype=np.float64) * 3600,
        np.zeros(count, dtype=np.bool_),
    )
    return DataSet(
        tuple(UUID(bytes=rng.bytes(16)) for _ in rows),
        simulation.pictures.embeddings[rows],
        embeddings[rng.permutation(len(embeddings))[:SAMPLED_IMAGES]],
        tuple(order),
        tuple(ContributorRecord(f"person-{number}", False) for number in range(PEOPLE)),
        votes,
        votes.where(np.zeros(count, dtype=np.bool_)),
    )


def _precision(
    simulation: Simulation, live: Scorer, tag_ids: list[int], finetuned: Finetuned
) -> float:
    """Return the candidate's mean average precision on pictures that no one saw."""
    assert finetuned.head is not None
    scorer = replace(live, head=finetuned.head)
    columns = np.array([live.index.columns[tag_id] for tag_id in tag_ids])
    scores = scorer.probabilities_of(simulation.test, columns)
    return float(np.mean(list(simulation.precision(scores).values())))
