"""`python -m bench.learning.speed`: duration of a fine-tune, without reading from Postgres.

The images are generated: points around one centre per tag, as far apart as real embeddings.
"""

import argparse
import time
from itertools import product
from uuid import UUID

import numpy as np
from rich.console import Console
from rich.table import Table

from services.trainer.learning.evaluation.gate import GateLimits
from services.trainer.learning.examples.dataset import SAMPLED_IMAGES, DataSet
from services.trainer.learning.finetune import finetune_on
from services.trainer.learning.trust.votes import Votes
from services.worker.backbone import load_backbone
from shared.config import load_settings
from shared.db.models.learning import ContributorRecord
from shared.db.models.models import LiveModel
from shared.model.scorer import Scorer
from shared.model.vocabulary import Tag, load_imagenet
from shared.model.vocabulary_index import VocabularyIndex

CORRECTIONS = 10_000
TAGS = (10, 100)
CONTRIBUTORS = (1, 20)
# Between two contributors, so that each counts as a separate burst.
APART_SECONDS = 100_000.0
SPREAD = 0.5


def made_up(live: Scorer, tags: int, contributors: int) -> DataSet:
    """Return one generated correction per image."""
    rng = np.random.default_rng(0)
    dimensions = len(live.head.weight)
    centres = rng.exponential(size=(tags, dimensions))
    tag = rng.integers(tags, size=CORRECTIONS)
    noise = rng.exponential(SPREAD, size=(CORRECTIONS, dimensions))
    sampled = rng.exponential(1 + SPREAD, size=(SAMPLED_IMAGES, dimensions))
    order = np.arange(CORRECTIONS, dtype=np.int64)
    by = order % contributors
    votes = Votes(
        image=order.astype(np.intp),
        tag=tag.astype(np.intp),
        contributor=by.astype(np.intp),
        present=np.ones(CORRECTIONS, dtype=np.bool_),
        order=order,
        moment=(by * APART_SECONDS + order).astype(np.float64),
        learned=np.zeros(CORRECTIONS, dtype=np.bool_),
    )
    return DataSet(
        tuple(UUID(int=number) for number in range(CORRECTIONS)),
        (centres[tag] + noise).astype(np.float16),
        sampled.astype(np.float16),
        tuple(live.tag_ids[-tags:].tolist()),
        tuple(ContributorRecord(str(number), vouched=False) for number in range(contributors)),
        votes,
        votes.where(votes.learned),
    )


def main() -> None:
    """Measure every combination once."""
    argparse.ArgumentParser(prog="python -m bench.learning.speed", description=__doc__).parse_args()
    settings = load_settings(device="cpu")
    backbone = load_backbone(settings, 1)
    custom = [Tag(f"tag-{n}", f"tag {n}", None, (), (), "", None) for n in range(max(TAGS))]
    vocabulary = load_imagenet().with_custom(custom)
    index = VocabularyIndex(vocabulary, np.arange(len(vocabulary), dtype=np.int32))
    live = Scorer(LiveModel(1, 1, settings.backbone, ""), backbone.first_head, index)
    table = Table("tags", "contributors", "seconds", title=f"{CORRECTIONS:,} corrections")
    for tags, contributors in product(TAGS, CONTRIBUTORS):
        data = made_up(live, tags, contributors)
        started = time.monotonic()
        finetune_on(
            data,
            live,
            {},
            min_confidence=settings.min_confidence,
            limits=GateLimits.configured(settings),
            progress=lambda *_: None,
        )
        table.add_row(str(tags), str(contributors), f"{time.monotonic() - started:.1f}")
    backbone.close()
    Console().print(table)


if __name__ == "__main__":
    main()
