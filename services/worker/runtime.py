"""Everything a worker process holds, opened once at its start and closed once at its end."""

from dataclasses import dataclass
from functools import partial

import structlog
from celery import Celery
from sqlalchemy import Engine

from services.worker.backbone.first_model import ensure_model
from services.worker.backbone.precision.agreement import is_agreed, load_agreed_backbone
from services.worker.backbone.runtimes.choose import wants_cuda
from services.worker.delivery import Sender
from services.worker.health.gpu_metrics import GpuWatch, watch_gpus
from services.worker.switching.networks import LoadedNetworks, with_network
from services.worker.switching.switcher import Switcher
from services.worker.tagging.fetcher import THREADS as FETCHER_THREADS
from services.worker.tagging.fetcher import Fetcher
from services.worker.tagging.lanes import count_lanes
from services.worker.tagging.leases import LeaseKeeper
from services.worker.tagging.pipeline import Pipeline
from shared.config import Settings
from shared.db.connection.engine import connect_engine, transaction
from shared.db.images.notifications import DoneListener
from shared.db.models.models import find_live_model
from shared.model.live.model import LiveScorer
from shared.model.live.vocabulary import LiveVocabulary
from shared.storage.storage import Storage

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Runtime:
    """The parts of a running worker."""

    settings: Settings
    engine: Engine
    storage: Storage
    networks: LoadedNetworks
    switcher: Switcher
    leases: LeaseKeeper
    live: LiveScorer
    pipeline: Pipeline
    fetcher: Fetcher
    sender: Sender
    listener: DoneListener
    vocabulary: LiveVocabulary
    gpus: GpuWatch | None

    def close(self) -> None:
        """Finish the work in progress and close everything."""
        if self.gpus is not None:
            self.gpus.close()
        self.fetcher.close()
        self.sender.close()
        self.listener.close()
        self.switcher.close()
        self.networks.close()
        self.leases.close()
        self.engine.dispose()


def start_runtime(settings: Settings, celery: Celery, task_threads: int) -> Runtime:
    """Open everything and load the network.

    task_threads: number of tasks that run at once; each may hold one connection.

    Raises:
        ConfigError: a setting doesn't fit this machine or this database.
    """
    # Besides the fetchers: the leases, the switcher, and a lock of it.
    engine = connect_engine(settings.database_url, pool_size=task_threads + FETCHER_THREADS + 4)
    storage = Storage(settings.storage_url)
    lane_count = count_lanes(settings.lanes)
    settings = _with_live_network(engine, settings)
    backbone = load_agreed_backbone(engine, settings, lane_count)
    weights = settings.backbone_weights
    ensure_model(engine, storage, backbone, None if weights is None else str(weights))
    if not is_agreed(engine, settings, backbone):
        # Another machine chose at the same moment, and differently.
        backbone = load_agreed_backbone(engine, settings, lane_count)
    networks = LoadedNetworks(settings, storage, lane_count, partial(load_agreed_backbone, engine))
    networks.add(backbone)
    leases = LeaseKeeper(engine, settings.lease_seconds)
    live = LiveScorer(engine, storage, settings.hold_tags)
    switcher = Switcher(settings, engine, storage, celery, networks)
    switcher.start()
    log.info(
        "worker ready",
        backbone=backbone.description.name,
        lanes=lane_count,
        precision=backbone.choice.precision,
        reason=backbone.choice.reason,
    )
    return Runtime(
        settings,
        engine,
        storage,
        networks,
        switcher,
        leases,
        live,
        Pipeline(settings, engine, networks, leases, live),
        Fetcher(settings, engine, storage, celery),
        Sender(settings),
        DoneListener(engine),
        LiveVocabulary(engine),
        watch_gpus() if wants_cuda(settings) else None,
    )


def _with_live_network(engine: Engine, settings: Settings) -> Settings:
    """Return the settings with the network that is live; the setting counts for the first start.

    Raises:
        Unavailable: Postgres does not answer.
    """
    with transaction(engine) as connection:
        live = find_live_model(connection)
    if live is None:
        return settings
    if "backbone" in settings.model_fields_set and settings.backbone != live.backbone:
        log.warning(
            "TAGLOOP_BACKBONE counts for the first start only; another network is live",
            setting=settings.backbone,
            live=live.backbone,
        )
    return with_network(settings, live.backbone, live.weights)
