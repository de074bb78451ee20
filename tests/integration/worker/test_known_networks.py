"""The listed networks exist in the registries of timm and open_clip."""

import pytest

from services.worker.backbone.interface import OPEN_CLIP, has_text
from services.worker.backbone.networks.torchvision_import import import_torchvision
from tagloop.admin.known_networks import KnownNetwork, known_networks

import_torchvision()

NETWORKS = known_networks()


@pytest.mark.parametrize(
    "network", [n for n in NETWORKS if not has_text(n.name)], ids=lambda network: network.name
)
def test_timm_knows_a_network_as_listed(network: KnownNetwork) -> None:
    import timm

    registered = timm.models.get_pretrained_cfg(network.name)

    assert registered is not None
    assert network.licence.lower() == registered.license
    assert network.hub in (registered.hf_hub_id, None)
    assert f"{registered.num_classes:,}" in network.words


@pytest.mark.parametrize(
    "network", [n for n in NETWORKS if has_text(n.name)], ids=lambda network: network.name
)
def test_open_clip_knows_a_network_as_listed(network: KnownNetwork) -> None:
    pytest.importorskip("transformers", reason="open_clip is not installed ('.[text]')")
    import open_clip

    model, _, pretrained = network.name.removeprefix(OPEN_CLIP).rpartition("/")

    assert (model, pretrained) in open_clip.list_pretrained()
    assert open_clip.get_model_config(model)["embed_dim"] == network.dimensions
    assert open_clip.get_pretrained_cfg(model, pretrained)["hf_hub"].rstrip("/") == network.hub
    # Apple's licence allows research only.
    assert ("research only" in network.licence) == model.startswith("MobileCLIP")
