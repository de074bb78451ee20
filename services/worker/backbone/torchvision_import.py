"""Makes torchvision importable beside any build of torch.

PyPI's torchvision for Linux is linked to CUDA. Beside a CPU build of torch its compiled operators
do not load, and its import stops because it attaches Python code to two of them. timm imports
torchvision, though it uses neither, and declaring the two operators is enough.

Only once the import has failed: beside a build that fits, with or without a GPU, the operators
load, and a second declaration would abort the process. Versions don't tell which builds fit.
"""

import torch

OPERATORS = ("nms", "qnms")
SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
# The declarations last as long as this object.
_library = torch.library.Library("torchvision", "FRAGMENT")


def import_torchvision() -> None:
    """Import torchvision; call it once, before importing timm."""
    try:
        _import()
    except RuntimeError:
        for name in OPERATORS:
            _library.define(name + SCHEMA)
        _import()


def _import() -> None:
    import torchvision  # noqa: F401
