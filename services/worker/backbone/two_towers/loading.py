"""Load a network with text. This is the only module that imports open_clip, an optional package."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from services.worker.backbone.interface import OPEN_CLIP
from services.worker.backbone.networks.torchvision_import import import_torchvision
from shared.errors import ConfigError

CONFIG_FILE = "open_clip_config.json"


@dataclass(frozen=True)
class Towers:
    """Both towers in torch, in evaluation mode.

    model: of open_clip, which has no type declarations. tokenize: texts to (n, context) int64.
    mean, deviation: of the pixels' channels, 0 to 1.
    """

    model: Any
    tokenize: Any
    side: int
    mean: tuple[float, ...]
    deviation: tuple[float, ...]


def load_towers(name: str, weights: Path | None = None) -> Towers:
    """Load `open_clip:MODEL/WEIGHTS`, as open_clip lists them, or `open_clip:FOLDER`.

    weights: a safetensors file to take instead of a download.

    Raises:
        ConfigError: open_clip is not installed or does not know the network, or its weights are
            not available or do not fit.
    """
    library = import_open_clip()
    what = name.removeprefix(OPEN_CLIP)
    is_folder = what.startswith(("/", "."))
    model_name, _, pretrained = (what, "", "") if is_folder else what.rpartition("/")
    if is_folder:
        model_name = f"local-dir:{_checked_folder(Path(what))}"
    else:
        _check_listed(library, name, model_name, pretrained)
    try:
        model = library.create_model(
            model_name,
            pretrained=None if is_folder or weights is not None else pretrained,
            load_weights=weights is None,
            require_pretrained=weights is None,
            pretrained_text=False,
        )
        tokenize = library.get_tokenizer(model_name)
    # open_clip, the hub's client and the tokenizers have many kinds of errors.
    except Exception as error:
        reason = " ".join(str(error).split())
        raise ConfigError(
            f"{name!r} could not be loaded ({reason}); without access to the hub, name a folder "
            "with its configuration, weights and tokenizer."
        ) from error
    if weights is not None:
        _load_weights(model, name, weights)
    settings = model.visual.preprocess_cfg
    side = settings["size"]
    return Towers(
        model.eval(),
        tokenize,
        int(side if isinstance(side, int) else side[0]),
        tuple(settings["mean"]),
        tuple(settings["std"]),
    )


def import_open_clip() -> ModuleType:
    """Return the library.

    Raises:
        ConfigError: it is not installed.
    """
    import_torchvision()
    try:
        import open_clip
    except ModuleNotFoundError as error:
        raise ConfigError(
            "Networks with text need open_clip, which is not installed: pip install 'tagloop[text]'"
        ) from error
    found: ModuleType = open_clip
    return found


def _check_listed(library: ModuleType, name: str, model: str, pretrained: str) -> None:
    known = library.list_pretrained()
    if (model, pretrained) in known:
        return
    others = ", ".join(weights for listed, weights in known if listed == model)
    if others:
        raise ConfigError(f"{name!r} is not a network: open_clip has {model} with {others}.")
    raise ConfigError(
        f"{name!r} is not a network of open_clip; choose one of open_clip.list_pretrained()."
    )


def _checked_folder(folder: Path) -> Path:
    if not (folder / CONFIG_FILE).is_file():
        raise ConfigError(f"{folder} is not a network of open_clip: it has no {CONFIG_FILE}.")
    if not list(folder.glob("*.safetensors")):
        raise ConfigError(
            f"{folder} has no weights as a safetensors file; other formats are not read, as a "
            "pickle can run any program."
        )
    return folder.resolve()


def _load_weights(model: Any, name: str, path: Path) -> None:
    try:
        model.load_state_dict(load_file(path))
    except OSError as error:
        raise ConfigError(
            f"The weights {path} cannot be read: {error.strerror or error}."
        ) from error
    except SafetensorError as error:
        raise ConfigError(
            f"The weights {path} are not a safetensors file ({error}); other formats are not read, "
            "as a pickle can run any program."
        ) from error
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:300]
        raise ConfigError(f"The weights {path} do not fit {name!r}: {reason}") from error


class ImageTower(torch.nn.Module):
    """Normalise pixels and return embeddings of length 1: (n, side, side, 3) uint8 → (n, d)."""

    mean: torch.Tensor
    deviation: torch.Tensor

    def __init__(self, towers: Towers) -> None:
        super().__init__()
        self.model = towers.model
        self.register_buffer("mean", torch.tensor(towers.mean).view(1, 3, 1, 1) * 255)
        self.register_buffer("deviation", torch.tensor(towers.deviation).view(1, 3, 1, 1) * 255)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        planes: torch.Tensor = (pixels.permute(0, 3, 1, 2).float() - self.mean) / self.deviation
        embeddings: torch.Tensor = self.model.encode_image(planes, normalize=True)
        return embeddings
