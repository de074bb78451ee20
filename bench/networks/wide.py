"""`python -m bench.networks.wide [FOLDER]`: speed and memory with 1,000 and with 11,821 classes.

Scores random embeddings of 1,280 numbers with random heads, as re-tagging does, without Postgres.
With a folder of pictures, it also re-tags 10,000 stored images with embeddings like theirs.
"""

import argparse
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from services.worker.tagging.choosing import choose_many
from shared.db.models.models import LiveModel
from shared.model.head import Head
from shared.model.learned.tags import LearnedTags
from shared.model.scorer import Scorer
from shared.model.vocabulary import Vocabulary, load_imagenet
from shared.model.vocabulary.wide.synsets import load_synsets
from shared.model.vocabulary_index import VocabularyIndex

DIMENSIONS = 1280
CHUNK = 500
SECONDS = 5.0


def peak() -> int:
    """Return the peak memory of this process, in MiB."""
    line = next(x for x in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in x)
    return int(line.split()[1]) // 1024


def scored_a_second(vocabulary: Vocabulary, classes: int) -> float:
    """Return how many images a second are scored and their tags chosen."""
    random = np.random.default_rng(0)
    weight = random.normal(size=(DIMENSIONS, classes)).astype(np.float32)
    nothing = LearnedTags.nothing(DIMENSIONS)
    head = Head(weight, np.zeros(classes, np.float32), nothing, nothing)
    index = VocabularyIndex(vocabulary, np.arange(len(vocabulary), dtype=np.int32))
    scorer = Scorer(LiveModel(1, 1, "random", ""), head, index)
    embeddings = random.normal(size=(CHUNK, DIMENSIONS)).astype(np.float16)
    images, started = 0, time.monotonic()
    while time.monotonic() - started < SECONDS:
        choose_many(scorer.showable_probabilities(embeddings), scorer.tag_ids, 0.4)
        images += CHUNK
    return images / (time.monotonic() - started)


def main() -> None:
    """Print a line for each vocabulary."""
    parser = argparse.ArgumentParser(prog="python -m bench.networks.wide")
    parser.add_argument("folder", nargs="?", type=Path, help="pictures to re-tag")
    folder = parser.parse_args().folder
    spec = find_spec("timm")
    assert spec is not None
    assert spec.origin is not None
    file = Path(spec.origin).parent / "data" / "_info" / "imagenet12k_synsets.txt"
    names = file.read_text().split()
    for classes, load in (
        (1000, load_imagenet),
        (len(names), lambda: load_synsets().vocabulary_of(names)),
    ):
        before = peak()
        speed = scored_a_second(load(), classes)
        print(
            f"{classes:,} classes: {speed:,.0f} images/s, peak {peak():,} MiB, of {before:,} before"
        )
    if folder is not None:
        _measure_retagging(folder)


def _measure_retagging(folder: Path) -> None:
    # They import torch, whose memory does not belong to scoring.
    from bench.networks.wide_retag import retagged_a_second
    from bench.networks.wide_weights import save_wide_lite0

    with tempfile.TemporaryDirectory() as work:
        file = Path(work) / "wide.safetensors"
        save_wide_lite0(file)
        for kind, weights in (("1,000", None), ("11,821", file)):
            speed = retagged_a_second(Path(work) / kind, folder, weights)
            print(f"{kind} classes: {speed:,.0f} images/s re-tagged, peak {peak():,} MiB")


if __name__ == "__main__":
    main()
