"""The networks that a worker has loaded: the live one and, during a switch, another one."""

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import structlog

from services.worker.backbone import Backbone, load_backbone
from services.worker.tagging.lanes import Lanes
from shared.config import Settings
from shared.storage.storage import Storage

# A batch that has begun with a network is over by then.
UNUSED_SECONDS = 60.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class LoadedNetwork:
    """A network, and the lanes that decode for it and run it."""

    backbone: Backbone
    lanes: Lanes

    def close(self) -> None:
        """Finish the pictures in progress and release the memory."""
        self.lanes.close()
        self.backbone.close()


class LoadedNetworks:
    """Loads networks when they are first needed. Thread-safe."""

    def __init__(
        self,
        settings: Settings,
        storage: Storage,
        lane_count: int,
        load: Callable[[Settings, int], Backbone] = load_backbone,
    ) -> None:
        self._settings = settings
        self._storage = storage
        self._lane_count = lane_count
        self._load = load
        self._loading = threading.Lock()
        self._loaded: dict[str, LoadedNetwork] = {}
        self._unused_since: dict[str, float] = {}

    def add(self, backbone: Backbone) -> None:
        """Use a network that is loaded already."""
        lanes = Lanes(self._settings, self._storage, backbone, self._lane_count)
        self._loaded[backbone.description.name] = LoadedNetwork(backbone, lanes)

    def get(self, name: str, weights: str | None = None) -> LoadedNetwork:
        """Return a network; load it first if it is not in memory, which takes a while.

        weights: file with its weights; None: a package or the hub has them.

        Raises:
            ConfigError: it cannot be loaded.
        """
        # While one network is loaded, threads that use another one must not wait.
        found = self._loaded.get(name)
        if found is not None:
            return found
        with self._loading:
            if name not in self._loaded:
                settings = with_network(self._settings, name, weights)
                self.add(self._load(settings, self._lane_count))
                log.info("network loaded", network=name)
            return self._loaded[name]

    def release(self, kept: Collection[str]) -> None:
        """Release networks that have not been among the kept ones for a minute."""
        now = time.monotonic()
        for name in list(self._loaded):
            if name in kept:
                self._unused_since.pop(name, None)
            elif now - self._unused_since.setdefault(name, now) > UNUSED_SECONDS:
                del self._unused_since[name]
                self._loaded.pop(name).close()
                log.info("network released", network=name)

    def close(self) -> None:
        """Finish the pictures in progress and release all networks."""
        while self._loaded:
            self._loaded.popitem()[1].close()


def with_network(settings: Settings, name: str, weights: str | None) -> Settings:
    """Return the settings with another network than the configured one."""
    chosen = {"backbone": name, "backbone_weights": None if weights is None else Path(weights)}
    return settings.model_copy(update=chosen)
