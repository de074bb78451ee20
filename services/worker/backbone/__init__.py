"""Backbones: frozen networks from pixels to embeddings, on OpenVINO (CPU) or torch (CUDA)."""

from services.worker.backbone.interface import Backbone, Description
from services.worker.backbone.runtimes.choose import load_backbone

__all__ = ["Backbone", "Description", "load_backbone"]
