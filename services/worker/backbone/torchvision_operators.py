"""Makes torchvision importable beside a CPU build of torch.

PyPI's torchvision for Linux is linked to CUDA. Without it, its compiled operators do not load, and
its import stops because it attaches Python code to two of them. timm imports torchvision, though
it uses neither. Declaring the two operators is enough.
"""

import torch

OPERATORS = ("nms", "qnms")
SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
# The declarations last as long as this object.
_library = torch.library.Library("torchvision", "FRAGMENT")


def declare_operators() -> None:
    """Declare what the import of torchvision asks for; call it once, before importing timm."""
    if not torch.cuda.is_available():
        for name in OPERATORS:
            _library.define(name + SCHEMA)
