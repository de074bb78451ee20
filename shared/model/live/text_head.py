"""What the head of a network with text has beyond its vocabulary: names of tags, and a background.

The names are those of tags made from names; the background is a sample of ordinary pictures. Both
change while a network is live. They are collected again for a network that is about to go live.
"""

from collections.abc import Sequence

import numpy as np
from sqlalchemy import Connection

from shared.db.models.stored_embeddings import sample_uncorrected
from shared.db.tags.custom.from_names import find_name_embeddings
from shared.model.text_rows import Background, TextRows
from shared.model.vocabulary_index import VocabularyIndex

# With each of these numbers of pictures, the words are compared with a better background. More
# pictures than the last hardly change what is usual.
STEPS = (10, 50, 200, 1000)


def with_names(
    connection: Connection, text: TextRows, backbone_id: int, index: VocabularyIndex
) -> TextRows:
    """Return the words with all tags that were made from their names.

    index: the network's vocabulary; its words, and names that it has not embedded, are left out.
    """
    named = {
        tag_id: np.frombuffer(embedding, np.float32)
        for tag_id, embedding in find_name_embeddings(connection, backbone_id).items()
        if tag_id not in index.columns
    }
    return text.with_named(named) if named else text


def with_background(
    connection: Connection, text: TextRows, backbone_id: int, steps: Sequence[int] = STEPS
) -> TextRows:
    """Return the words compared with stored pictures, if there are enough more than before."""
    if text.background.pictures >= steps[-1]:
        return text
    _, embeddings = sample_uncorrected(connection, backbone_id, steps[-1])
    reached = max((step for step in steps if step <= len(embeddings)), default=0)
    if reached <= text.background.pictures:
        return text
    return text.against(Background.of(embeddings))
