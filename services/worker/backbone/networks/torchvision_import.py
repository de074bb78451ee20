"""Make torchvision importable with any build of torch.

PyPI's torchvision for Linux is linked to CUDA. With a CPU build of torch its compiled operators do
not load, and its import fails when it attaches Python code to two of them. timm imports torchvision
but does not use these operators, so it is enough to declare them.

They are declared only after the import has failed. With a matching build, with or without a GPU,
the operators load, and a second declaration would abort the process. Version numbers don't tell
which builds match.
"""

import torch

OPERATORS = ("nms", "qnms")
SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
# The declarations live as long as this object.
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
