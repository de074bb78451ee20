"""A database of generated images, made once and used again."""

from pathlib import Path

import numpy as np
from rich.console import Console
from sqlalchemy import Engine, text

from bench.search.library.embedded import embed_folder
from bench.search.library.fill import Filling, fill
from services.worker.backbone import load_backbone
from services.worker.backbone.first_model import ensure_model
from shared.config import load_settings
from shared.db.connection.engine import transaction
from shared.db.migrate.run import migrate
from shared.model.live.model import LiveScorer
from shared.storage.storage import Storage

MAX_PICTURES = 2_000
EMBEDDINGS_FILE = "embeddings.npy"


def prepare(engine: Engine, folder: Path, data: Path, images: int, console: Console) -> None:
    """Generate the images if they do not exist."""
    migrate(engine)
    with transaction(engine) as connection:
        if connection.scalar(text("SELECT count(*) FROM images")):
            return
    backbone = load_backbone(load_settings(device="cpu"), 2)
    storage = Storage((data / "blobs").as_uri())
    ensure_model(engine, storage, backbone)
    real = embed_folder(backbone, folder, MAX_PICTURES)
    np.save(data / EMBEDDINGS_FILE, real)
    backbone.close()
    console.print(f"{len(real):,} real pictures")
    fill(engine, Filling(LiveScorer(engine, storage, frozenset()).get(), real), images, console)
