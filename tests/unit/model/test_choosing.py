"""Many pictures at once get the same tags as each one alone."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from services.worker.tagging.choosing import choose_many
from shared.model.head import choose_tags
from shared.model.vocabulary import load_imagenet

IMAGENET = load_imagenet()
LEAVES = len(IMAGENET.leaves)
PICTURES = 3
COLUMNS = np.arange(len(IMAGENET), dtype=np.int32)


@given(
    arrays(np.float32, (PICTURES, LEAVES), elements=st.floats(0, 1, width=32), fill=st.just(0)),
    st.floats(0.01, 1),
)
def test_each_picture_gets_the_tags_that_it_gets_alone(
    weights: np.ndarray, min_confidence: float
) -> None:
    leaves = (weights + 1e-6) / (weights + 1e-6).sum(axis=1, keepdims=True)
    probabilities = IMAGENET.tag_probabilities(leaves.astype(np.float32))

    chosen = choose_many(probabilities, COLUMNS, min_confidence)

    for number, row in enumerate(probabilities):
        alone = choose_tags(IMAGENET, row, min_confidence)
        mine = chosen.rows == number
        together = dict(zip(chosen.tag_ids[mine], chosen.confidences[mine], strict=True))
        assert together == dict(zip(alone.columns, alone.confidences, strict=True))
