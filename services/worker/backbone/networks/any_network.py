"""Load a network of any kind in torch."""

from pathlib import Path

from services.worker.backbone.interface import has_text
from services.worker.backbone.networks.timm_network import Network, load_network


def load_any_network(name: str, weights: Path | None = None, words: Path | None = None) -> Network:
    """Load a network of timm or open_clip.

    weights: a safetensors file; None: a package or the hub has them. words: a list of words for a
    network with text; None: the words that come with the program.

    Raises:
        ConfigError: as `load_network` or `load_two_towers`.
    """
    if not has_text(name):
        return load_network(name, weights)
    from services.worker.backbone.two_towers.network import load_two_towers

    return load_two_towers(name, weights, words)
