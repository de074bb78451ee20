"""Everything a worker process holds, opened once at its start and closed once at its end."""

from dataclasses import dataclass

import structlog
from celery import Celery
from sqlalchemy import Engine

from services.worker.backbone import Backbone, load_backbone
from services.worker.backbone.choose import wants_cuda
from services.worker.backbone.first_model import ensure_model
from services.worker.delivery import Sender
from services.worker.health.gpu_metrics import GpuWatch, watch_gpus
from services.worker.tagging.fetcher import THREADS as FETCHER_THREADS
from services.worker.tagging.fetcher import Fetcher
from services.worker.tagging.lanes import Lanes, count_lanes
from services.worker.tagging.leases import LeaseKeeper
from services.worker.tagging.pipeline import Pipeline
from shared.config import Settings
from shared.db.connection.engine import connect_engine
from shared.db.images.notifications import DoneListener
from shared.model.live_model import LiveScorer
from shared.model.live_vocabulary import LiveVocabulary
from shared.storage.storage import Storage

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Runtime:
    """The parts of a running worker."""

    settings: Settings
    engine: Engine
    storage: Storage
    backbone: Backbone
    lanes: Lanes
    leases: LeaseKeeper
    pipeline: Pipeline
    fetcher: Fetcher
    sender: Sender
    listener: DoneListener
    words: LiveVocabulary
    gpus: GpuWatch | None

    def close(self) -> None:
        """Finish the work in progress and close everything."""
        if self.gpus is not None:
            self.gpus.close()
        self.fetcher.close()
        self.sender.close()
        self.listener.close()
        self.lanes.close()
        self.leases.close()
        self.backbone.close()
        self.engine.dispose()


def start_runtime(settings: Settings, celery: Celery, task_threads: int) -> Runtime:
    """Open everything and load the network.

    task_threads: number of tasks that run at once; each may hold one connection.

    Raises:
        ConfigError: a setting doesn't fit this machine or this database.
    """
    engine = connect_engine(settings.database_url, pool_size=task_threads + FETCHER_THREADS + 2)
    storage = Storage(settings.storage_url)
    lane_count = count_lanes(settings.lanes)
    backbone = load_backbone(settings, lane_count)
    ensure_model(engine, storage, backbone)
    lanes = Lanes(settings, storage, backbone, lane_count)
    leases = LeaseKeeper(engine, settings.lease_seconds)
    log.info("worker ready", backbone=backbone.description.name, lanes=lane_count)
    return Runtime(
        settings,
        engine,
        storage,
        backbone,
        lanes,
        leases,
        Pipeline(settings, engine, lanes, leases, LiveScorer(engine, storage, settings.hold_tags)),
        Fetcher(settings, engine, storage, celery),
        Sender(settings),
        DoneListener(engine),
        LiveVocabulary(engine),
        watch_gpus() if wants_cuda(settings) else None,
    )
