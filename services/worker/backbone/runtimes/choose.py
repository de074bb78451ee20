"""Choose the runtime of the backbone."""

import os
from pathlib import Path

from services.worker.backbone.interface import Backbone
from shared.config import Settings
from shared.errors import ConfigError

NVIDIA_DRIVER = Path("/proc/driver/nvidia/version")


def load_backbone(settings: Settings, lanes: int, agreed: str | None = None) -> Backbone:
    """Load the configured network on the configured device.

    lanes: number of threads that will call `embed` at once. agreed: `float` or `int8`, if the
    database's embeddings have that precision.

    Raises:
        ConfigError: the network is unknown or does not fit the vocabulary, there is no GPU, or the
            configured precision is not available.
    """
    # torch takes seconds and hundreds of megabytes to import; a worker on the CPU does not need it.
    if wants_cuda(settings):
        from services.worker.backbone.runtimes.torch_runtime import load_torch_backbone

        return load_torch_backbone(
            settings.backbone, "cuda", settings.backbone_weights, settings.backbone_words
        )
    from services.worker.backbone.runtimes.openvino_runtime import load_openvino_backbone

    return load_openvino_backbone(settings, lanes, agreed)


def wants_cuda(settings: Settings) -> bool:
    """Return whether the backbone runs on a GPU.

    Raises:
        ConfigError: a GPU is configured, and there is none.
    """
    if settings.device == "auto":
        return NVIDIA_DRIVER.exists() and os.environ.get("CUDA_VISIBLE_DEVICES") != ""
    if settings.device == "cuda" and not NVIDIA_DRIVER.exists():
        raise ConfigError("TAGLOOP_DEVICE is 'cuda', but this machine has no NVIDIA driver.")
    return settings.device == "cuda"
