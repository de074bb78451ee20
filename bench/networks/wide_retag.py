"""Re-tag stored images with a wide vocabulary, on a Postgres of its own."""

import time
from pathlib import Path

import numpy as np
from sqlalchemy import Engine

from bench.search.library.embedded import embed_folder
from bench.throughput.rows.retag import insert_rows, make_next_version_live, with_noise
from services.worker.backbone import load_backbone
from services.worker.backbone.first_model import ensure_model
from services.worker.background.retag_jobs import run_due_jobs
from shared.config import Settings, load_settings
from shared.db.connection.engine import connect_engine, transaction
from shared.db.images.results import store_embeddings
from shared.db.migrate.run import migrate
from shared.db.models.models import find_live_model
from shared.db.models.retag_jobs import RetagScope, queue_job
from shared.storage.image_ids import new_image_id
from shared.storage.storage import Storage
from tagloop.local.environment import broker_url, database_url
from tagloop.local.servers.backing import running

IMAGES = 10_000
MAX_PICTURES = 300
ROUNDS = 3
# The layers of the default network under another name, for weights from a file.
SAME_LAYERS = "efficientnet_lite0"


def retagged_a_second(place: Path, folder: Path, weights: Path | None) -> float:
    """Return how many images a second are re-tagged: the median of three rounds.

    place: an empty folder for the database. folder: pictures to make embeddings like theirs.
    weights: a safetensors file; None: the default network.
    """
    with running(place) as data:
        settings = load_settings(
            device="cpu",
            database_url=database_url(data),
            broker_url=broker_url(data),
            storage_url=data.blobs.as_uri(),
            **({} if weights is None else {"backbone": SAME_LAYERS, "backbone_weights": weights}),
        )
        engine = connect_engine(settings.database_url)
        storage = Storage(settings.storage_url)
        migrate(engine)
        _insert(engine, storage, settings, folder)
        # The first round writes all tags.
        seconds = [_retag(engine, storage, settings) for _ in range(ROUNDS + 1)][1:]
        engine.dispose()
    return IMAGES / float(np.median(seconds))


def _insert(engine: Engine, storage: Storage, settings: Settings, folder: Path) -> None:
    """Make the first version of the model, and images with embeddings like the folder's."""
    weights = settings.backbone_weights
    backbone = load_backbone(settings, 2)
    ensure_model(engine, storage, backbone, None if weights is None else str(weights))
    photographs = embed_folder(backbone, folder, MAX_PICTURES)
    backbone.close()
    ids = [new_image_id() for _ in range(IMAGES)]
    embeddings = with_noise(photographs, IMAGES, np.random.default_rng(0))
    with transaction(engine) as connection:
        live = find_live_model(connection)
        assert live is not None
        insert_rows(connection, ids, "")
        store_embeddings(connection, ids, embeddings, live.backbone_id)


def _retag(engine: Engine, storage: Storage, settings: Settings) -> float:
    """Re-tag everything with a new version, as a worker does; return the seconds."""
    with transaction(engine) as connection:
        make_next_version_live(connection)
        queue_job(connection, RetagScope())
    started = time.monotonic()
    while run_due_jobs(engine, storage, settings):
        pass
    return time.monotonic() - started
