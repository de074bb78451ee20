"""Real embeddings of photographs in a folder."""

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.worker.backbone import Backbone
from services.worker.decoding.square import decode_square
from shared.pictures import probe

SUFFIXES = (".jpg", ".jpeg", ".png")
MAX_PIXELS = 100_000_000


def embed_folder(backbone: Backbone, folder: Path, limit: int) -> NDArray[np.float32]:
    """Return the embeddings, (pictures, dimensions), of up to a number of pictures."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    # Sample all folders, since each may hold one kind of picture.
    chosen = paths[:: max(1, len(paths) // limit)][:limit]
    description = backbone.description
    embeddings = []
    for path in chosen:
        data = path.read_bytes()
        found = probe(io.BytesIO(data), MAX_PIXELS)
        square = decode_square(
            memoryview(data), found.format, found.orientation, description.side, description.crop
        )
        embeddings.append(backbone.embed(square.pixels).result())
    return np.stack(embeddings)
