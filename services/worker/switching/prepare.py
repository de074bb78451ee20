"""Prepare a switch: load its network once, make it known, and count the images to embed."""

import structlog
from sqlalchemy import Engine

from services.worker.backbone import Backbone
from services.worker.backbone.first_model import insert_first_head, register_backbone
from services.worker.switching.networks import LoadedNetworks
from shared.db.connection.engine import transaction
from shared.db.connection.locks import Lock, try_lock
from shared.db.models.switching.steps import (
    begin_embedding,
    count_attempt,
    find_base,
    take_back_attempt,
)
from shared.db.models.switching.switches import Switch, end_switch
from shared.errors import Unavailable
from shared.storage.storage import Storage

# A network that is too large for the machine ends each worker that loads it.
MAX_ATTEMPTS = 3

log = structlog.get_logger(__name__)


def prepare_switch(
    engine: Engine, storage: Storage, networks: LoadedNetworks, switch: Switch
) -> None:
    """Load the network and let all workers begin, unless another worker is doing so.

    A network that cannot be loaded ends the switch.

    Raises:
        Unavailable: Postgres or the storage does not answer; a later call tries again.
    """
    with try_lock(engine, Lock.SWITCHING) as held:
        if not held:
            return
        with transaction(engine) as connection:
            attempt = count_attempt(connection, switch)
        if attempt is None:
            return
        if attempt > MAX_ATTEMPTS:
            reason = (
                f"{MAX_ATTEMPTS} workers ended while they loaded {switch.name}; see whether a "
                "worker has enough memory for two networks."
            )
            _fail(engine, switch, reason)
            return
        try:
            loaded = networks.get(switch.name, switch.weights)
            _register(engine, storage, switch, loaded.backbone)
        except Unavailable:
            with transaction(engine) as connection:
                take_back_attempt(connection, switch)
            raise
        # No error of the new network may stop the live one.
        except Exception as error:
            log.exception("a network cannot be used", network=switch.name)
            _fail(engine, switch, str(error) or type(error).__name__)


def _register(engine: Engine, storage: Storage, switch: Switch, backbone: Backbone) -> None:
    with transaction(engine) as connection:
        backbone_id = register_backbone(connection, backbone, switch.weights)
        base = find_base(connection, backbone_id)
        version = (
            insert_first_head(connection, storage, backbone, backbone_id, is_live=False)
            if base is None
            else base.version
        )
        begin_embedding(connection, switch, backbone_id, version)
    log.info("switch prepared", network=switch.name, base=version)


def _fail(engine: Engine, switch: Switch, reason: str) -> None:
    with transaction(engine) as connection:
        end_switch(connection, switch.id, "failed", reason)
