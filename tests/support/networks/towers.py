"""Make networks with text, and save them as open_clip does."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from bench.networks.wide_weights import DEFAULT
from services.worker.backbone.networks.timm_network import (
    PACKAGED_DEVIATION,
    PACKAGED_MEAN,
    load_network,
)
from services.worker.backbone.two_towers.loading import import_open_clip

DIMENSIONS = 256
TEXT_LAYER = "text.transformer.resblocks.0"
TINY: dict[str, Any] = {
    "embed_dim": 32,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "head_width": 32, "patch_size": 8},
    "text_cfg": {
        "context_length": 16,
        "vocab_size": 49408,
        "width": 32,
        "heads": 2,
        "layers": 1,
    },
}
LITE0: dict[str, Any] = {
    "embed_dim": DIMENSIONS,
    "custom_text": True,
    "vision_cfg": {
        "image_size": 224,
        "timm_model_name": DEFAULT,
        "timm_model_pretrained": False,
        "timm_pool": "avg",
        "timm_proj": "linear",
    },
    "text_cfg": {
        "context_length": 8,
        "vocab_size": 1100,
        "hf_tokenizer_name": "names",
        "width": DIMENSIONS,
        "heads": 4,
        "layers": 1,
        "mlp_ratio": 0.25,
        "pool_type": "argmax",
    },
}


def save_tiny_towers(folder: Path) -> None:
    """Save a network with random weights, with the tokenizer that open_clip uses for most."""
    torch.manual_seed(0)
    _save(folder, TINY, {})


def save_lite0_towers(folder: Path, names: Sequence[str]) -> None:
    """Save lite0 with a text tower that knows the names of its 1,000 classes.

    A name is one token. Its embedding is the direction in which the classifier looks for the class,
    in the 256 dimensions in which the classes differ most. A layer that adds nothing follows, so
    that every text with the name in it has this direction.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _name_tokenizer(names)
    tokenizer.save_pretrained(folder)
    network: Any = load_network(DEFAULT).embedder
    trunk = {
        f"visual.trunk.{key}": value
        for key, value in network.network.state_dict().items()
        if not key.startswith("classifier")
    }
    weight = network.network.get_classifier().weight.detach()
    centred = weight - weight.mean(dim=0)
    axes = torch.linalg.svd(centred, full_matrices=False).Vh[:DIMENSIONS]
    table = torch.zeros(LITE0["text_cfg"]["vocab_size"], DIMENSIONS)
    table[tokenizer.convert_tokens_to_ids([name.lower() for name in names])] = centred @ axes.T
    text = {
        "visual.head.proj.weight": axes,
        "text.token_embedding.weight": table,
        "text.positional_embedding": torch.zeros(LITE0["text_cfg"]["context_length"], DIMENSIONS),
        "text.text_projection": torch.eye(DIMENSIONS),
    }
    _save(folder, LITE0, trunk | text)


def _name_tokenizer(names: Sequence[str]) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.WordLevel({"[PAD]": 0, "[UNK]": 1}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    # The tower takes the token with the highest number; those of names are above all others.
    tokenizer.add_tokens([AddedToken(name.lower(), single_word=True) for name in names])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]")


def _save(folder: Path, config: dict[str, Any], trained: dict[str, torch.Tensor]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    preprocess = {"mean": PACKAGED_MEAN, "std": PACKAGED_DEVIATION}
    document = {"model_cfg": config, "preprocess_cfg": preprocess}
    (folder / "open_clip_config.json").write_text(json.dumps(document))
    # Without weights in the folder, the network has random ones.
    library = import_open_clip()
    model = library.create_model(f"local-dir:{folder}", load_weights=False, pretrained_text=False)
    weights = model.state_dict()
    for key, value in weights.items():
        if key.startswith(TEXT_LAYER) and ("out_proj" in key or "c_proj" in key) and trained:
            weights[key] = torch.zeros_like(value)
    _write(folder, weights | trained)


def _write(folder: Path, weights: dict[str, torch.Tensor]) -> None:
    plain = {key: value.detach().clone().contiguous() for key, value in weights.items()}
    save_file(plain, folder / "open_clip_model.safetensors")
