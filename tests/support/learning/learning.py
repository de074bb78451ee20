"""Real embeddings with made-up contributors, for tests of learning."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import cv2
import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.evaluation.gate import GateLimits
from services.trainer.learning.examples.dataset import DataSet
from services.trainer.learning.finetune import finetune_on
from services.trainer.learning.trust.votes import Votes
from services.trainer.outcome import Finetuned
from services.worker.backbone import Backbone
from shared.db.models.learning import ContributorRecord
from shared.db.models.models import LiveModel
from shared.model.scorer import Scorer
from shared.model.vocabulary import Tag, load_imagenet
from shared.model.vocabulary_index import VocabularyIndex

MIN_CONFIDENCE = 0.4
MIN_CROP = 0.35
LIMITS = GateLimits(min_gain=0.0, max_loss=0.01, max_overruled=0.1)
# Long enough to end a burst.
APART_SECONDS = 3600.0


@dataclass(frozen=True)
class Said:
    """A contributor's last verdict on the image and the tag at these positions."""

    image: int
    tag: str
    present: bool = True
    by: str = ""
    learned: bool = False


def index_with_custom(slugs: Sequence[str]) -> VocabularyIndex:
    """Return the vocabulary with custom tags."""
    custom = [Tag(slug, slug, None, (), (), "", None) for slug in slugs]
    vocabulary = load_imagenet().with_custom(custom)
    return VocabularyIndex(vocabulary, np.arange(1, len(vocabulary) + 1, dtype=np.int32))


def untaught(backbone: Backbone, slugs: Sequence[str]) -> Scorer:
    """Return a live version that has learned nothing, in a vocabulary with these custom tags."""
    model = LiveModel(1, 1, backbone.description.name, "heads/first")
    return Scorer(model, backbone.first_head, index_with_custom(slugs))


def embed_crops(backbone: Backbone, photo: Path, count: int, seed: int) -> NDArray[np.float16]:
    """Return embeddings of random crops of a photograph, (count, dimensions): like pictures of a
    kind.
    """
    pixels = cv2.cvtColor(cv2.imread(str(photo)), cv2.COLOR_BGR2RGB)
    rng = random.Random(seed)
    futures = []
    for _ in range(count):
        share = rng.uniform(MIN_CROP, 1)
        height, width = (int(length * share) for length in pixels.shape[:2])
        top = rng.randint(0, pixels.shape[0] - height)
        left = rng.randint(0, pixels.shape[1] - width)
        crop = pixels[top : top + height, left : left + width]
        side = backbone.description.side
        square = cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA)
        futures.append(backbone.embed(square))
    return np.stack([future.result() for future in futures]).astype(np.float16)


def data_set(
    scorer: Scorer,
    embeddings: NDArray[np.float16],
    said: Sequence[Said],
    *,
    earlier: Sequence[Said] = (),
    sampled: NDArray[np.float16] | None = None,
) -> DataSet:
    """Return a data set as read from Postgres; every contributor's votes are one burst."""
    rng = random.Random(0)
    names = sorted({word.by for word in (*said, *earlier)})
    slugs = sorted({word.tag for word in (*said, *earlier)})
    ids = {slug: int(scorer.tag_ids[scorer.vocabulary.index(slug)]) for slug in slugs}
    slugs.sort(key=ids.__getitem__)
    nothing = np.zeros((0, embeddings.shape[1]), np.float16)

    def votes(words: Sequence[Said]) -> Votes:
        return Votes(
            image=np.array([word.image for word in words], dtype=np.intp),
            tag=np.array([slugs.index(word.tag) for word in words], dtype=np.intp),
            contributor=np.array([names.index(word.by) for word in words], dtype=np.intp),
            present=np.array([word.present for word in words], dtype=np.bool_),
            order=np.arange(len(words), dtype=np.int64),
            moment=np.array([names.index(word.by) * APART_SECONDS for word in words]),
            learned=np.array([word.learned for word in words], dtype=np.bool_),
        )

    return DataSet(
        tuple(sorted(UUID(int=rng.getrandbits(128)) for _ in embeddings)),
        embeddings,
        nothing if sampled is None else sampled,
        tuple(ids[slug] for slug in slugs),
        tuple(ContributorRecord(name, vouched=False) for name in names),
        votes(said),
        votes(earlier),
    )


def learn(data: DataSet, live: Scorer, recorded: dict[str, float] | None = None) -> Finetuned:
    """Run a fine-tune with the default limits."""
    return finetune_on(
        data,
        live,
        recorded or {},
        min_confidence=MIN_CONFIDENCE,
        limits=LIMITS,
        progress=lambda *_: None,
    )


def promoted(live: Scorer, outcome: Finetuned) -> Scorer:
    """Return a live version with the outcome's head."""
    assert outcome.head is not None
    return replace(live, head=outcome.head)
