"""A picture to search by, and the answer: what a web process and a worker exchange.

Both are in the storage while the request lasts. Celery could return the answer, but while its
result store does not answer, it blocks the request for 20 s and then needs a restart of the
process.
"""

import json
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class QueryAnswer:
    """The embedding of a picture, (dimensions,) float16, or why it has none.

    backbone_id: the network that embedded it; only its embeddings can be compared with this one.
    """

    embedding: NDArray[np.float16] | None
    backbone_id: int = 0
    problem: str = ""

    def to_bytes(self) -> bytes:
        """Return the answer as JSON."""
        values = None if self.embedding is None else self.embedding.tolist()
        document = {
            "embedding": values,
            "backbone_id": self.backbone_id,
            "problem": self.problem,
        }
        return json.dumps(document).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "QueryAnswer":
        """Read what `to_bytes` made."""
        document = json.loads(data)
        values = document["embedding"]
        embedding = None if values is None else np.array(values, dtype=np.float16)
        return cls(embedding, document["backbone_id"], document["problem"])


def picture_key(question_id: UUID) -> str:
    """Return the key of the query picture."""
    return f"questions/{question_id}"


def answer_key(question_id: UUID) -> str:
    """Return the key of the answer."""
    return f"questions/{question_id}.json"
