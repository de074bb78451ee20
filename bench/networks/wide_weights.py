"""Weights of a network with 11,821 classes, made from the default one."""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from services.worker.backbone.networks.timm_network import class_names, load_network

DEFAULT = "tf_efficientnet_lite0"
# A class that the network was not trained on must never win.
NEVER = -30.0


def save_wide_lite0(path: Path) -> None:
    """Save lite0 with a classifier over ImageNet-12k: of its 11,821 classes it knows the 1,000."""
    network: Any = load_network(DEFAULT).embedder
    weights = dict(network.network.state_dict())
    names = class_names("imagenet-12k")
    places = {synset: place for place, synset in enumerate(names)}
    rows, columns = [], []
    for row, synset in enumerate(class_names("imagenet-1k")):
        if synset in places:
            rows.append(row)
            columns.append(places[synset])
    weight = torch.zeros(len(names), weights["classifier.weight"].shape[1])
    bias = torch.full((len(names),), NEVER)
    weight[columns] = weights["classifier.weight"][rows]
    bias[columns] = weights["classifier.bias"][rows]
    save_file({**weights, "classifier.weight": weight, "classifier.bias": bias}, path)
