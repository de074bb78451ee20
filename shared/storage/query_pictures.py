"""A picture that is only asked about, and the answer: what a web process and a worker exchange.

Both lie in the storage for as long as the request takes. Celery could carry the answer back, but
where its result store is away it holds the request for 20 s and then wants the process restarted.
"""

import json
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class QueryAnswer:
    """The embedding of a picture, (dimensions,) float16, or why it has none."""

    embedding: NDArray[np.float16] | None
    problem: str = ""

    def to_bytes(self) -> bytes:
        """The answer as JSON."""
        values = None if self.embedding is None else self.embedding.tolist()
        return json.dumps({"embedding": values, "problem": self.problem}).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "QueryAnswer":
        """Read what `to_bytes` made."""
        document = json.loads(data)
        values = document["embedding"]
        embedding = None if values is None else np.array(values, dtype=np.float16)
        return cls(embedding, document["problem"])


def picture_key(question_id: UUID) -> str:
    """Where the picture lies that is asked about."""
    return f"questions/{question_id}"


def answer_key(question_id: UUID) -> str:
    """Where the answer is put."""
    return f"questions/{question_id}.json"
