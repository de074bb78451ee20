"""The thread of a worker that takes part in switches."""

import os
import threading
import time

import structlog
from celery import Celery
from sqlalchemy import Connection, Engine

from services.worker.backbone import Backbone
from services.worker.background.names import embed_names
from services.worker.switching.embed_chunk import ChunkLost, embed_chunk
from services.worker.switching.networks import LoadedNetworks
from services.worker.switching.prepare import prepare_switch
from services.worker.tagging.waiting import WaitingUsers
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.models.models import find_live_model
from shared.db.models.retag_jobs import RetagScope, queue_job
from shared.db.models.switching.chunks import Chunk, Nothing, claim_chunk
from shared.db.models.switching.steps import note_problem
from shared.db.models.switching.storing import give_back_chunk
from shared.db.models.switching.switches import Switch, end_switch, find_open_switch
from shared.errors import BackboneStalled, ConfigError, Unavailable
from shared.messaging.celery_app import FINETUNE, RETAG
from shared.messaging.publisher import publish_hint
from shared.storage.storage import Storage

# How often a worker looks whether there is a switch, or more to do for it.
LOOK_SECONDS = 2.0
RETRY_SECONDS = 10.0
# How often a worker tries to load a network that it could not load.
RELOAD_SECONDS = 60.0
CHUNK_IMAGES = 32
# While people upload, free the cores sooner.
BUSY_CHUNK_IMAGES = 4
# A chunk that ended this many workers: the machine is too small for two networks.
MAX_ATTEMPTS = 5

log = structlog.get_logger(__name__)


class Switcher:
    """Prepare switches, and embed images for them while no upload waits for tags."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        storage: Storage,
        celery: Celery,
        networks: LoadedNetworks,
    ) -> None:
        # The time that decoding one picture may take.
        self._lease_seconds = settings.lease_seconds + settings.decode_seconds
        self._engine = engine
        self._storage = storage
        self._celery = celery
        self._networks = networks
        self._waiting = WaitingUsers(engine)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="switcher", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """Finish the chunk in progress and end the thread."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        pause = LOOK_SECONDS
        while not self._closing.wait(pause):
            try:
                pause = self.step()
            except Unavailable as error:
                log.warning("a switch was interrupted", reason=str(error))
                pause = RETRY_SECONDS
            # The next step may succeed, and tagging must go on in any case.
            except Exception:
                log.exception("a switch was interrupted")
                pause = RETRY_SECONDS

    def step(self) -> float:
        """Do one piece of work if there is any; return the seconds to pause afterwards.

        Raises:
            Unavailable: Postgres or the storage does not answer.
        """
        with transaction(self._engine) as connection:
            live = find_live_model(connection)
            switch = find_open_switch(connection)
        in_use = {live.backbone} if live else set()
        self._networks.release(in_use | ({switch.name} if switch else set()))
        if switch is None:
            return LOOK_SECONDS
        if switch.status == "preparing":
            prepare_switch(self._engine, self._storage, self._networks, switch)
            return 0.0
        return self._embed(switch)

    def _embed(self, switch: Switch) -> float:
        """Embed one chunk; return the seconds to pause."""
        try:
            # Before a chunk is claimed: loading takes longer than a lease.
            loaded = self._networks.get(switch.name, switch.weights)
            self._embed_names(switch, loaded.backbone)
        except ConfigError as error:
            self._note(switch, f"A worker cannot load {switch.name}: {error}")
            return RELOAD_SECONDS
        is_busy = self._waiting.are_there()
        found = self._claim(BUSY_CHUNK_IMAGES if is_busy else CHUNK_IMAGES)
        if not isinstance(found, Chunk):
            return 0.0 if found is Nothing.MORE else LOOK_SECONDS
        started = time.monotonic()
        try:
            embed_chunk(self._engine, loaded.lanes, found, self._lease_seconds, one_by_one=is_busy)
        except ChunkLost:
            log.info("a chunk was lost", chunk=found.id)
        except BackboneStalled as error:
            # The network's thread can't be ended, and would block a normal exit.
            log.critical("the worker ends itself", reason=str(error))
            os._exit(os.EX_SOFTWARE)
        except Unavailable as error:
            self._give_back(found, str(error))
            raise
        # Use half of one core at most while users wait.
        return time.monotonic() - started if is_busy else 0.0

    def _embed_names(self, switch: Switch, backbone: Backbone) -> None:
        """Embed the names of tags that were made from them, for the trainer."""
        if backbone.text is not None and switch.backbone_id is not None:
            embed_names(self._engine, backbone.text, switch.backbone_id)

    def _claim(self, limit: int) -> Chunk | Nothing:
        with transaction(self._engine) as connection:
            found = claim_chunk(connection, limit, self._lease_seconds)
            if isinstance(found, Chunk):
                if found.attempt > MAX_ATTEMPTS:
                    end_switch(connection, found.switch.id, "failed", _too_often(found))
                    return Nothing.NOW
            elif found is Nothing.DONE:
                _finish(connection)
        if found is Nothing.LEARN:
            publish_hint(self._celery, FINETUNE)
        elif found is Nothing.DONE:
            publish_hint(self._celery, RETAG)
        return found

    def _give_back(self, chunk: Chunk, reason: str) -> None:
        try:
            with transaction(self._engine) as connection:
                give_back_chunk(connection, chunk, RETRY_SECONDS)
            self._note(chunk.switch, reason)
        except Unavailable:
            # The lease runs out.
            log.warning("a chunk could not be given back", chunk=chunk.id)

    def _note(self, switch: Switch, problem: str) -> None:
        log.warning("a switch is blocked", network=switch.name, reason=problem)
        with transaction(self._engine) as connection:
            note_problem(connection, switch, problem)


def _finish(connection: Connection) -> None:
    """End the switch whose network is live and has embedded every image."""
    switch, live = find_open_switch(connection), find_live_model(connection)
    assert switch is not None
    assert live is not None
    end_switch(connection, switch.id, "done")
    # The last images still have the former network's tags.
    queue_job(connection, RetagScope(below_version=live.version))


def _too_often(chunk: Chunk) -> str:
    return (
        f"{MAX_ATTEMPTS} workers ended while they embedded {chunk.images[0].id} and the images "
        f"after it with {chunk.switch.name}; see whether a worker has enough memory for two "
        "networks."
    )
