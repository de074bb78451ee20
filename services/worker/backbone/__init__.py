"""Backbones: frozen networks from pixels to embeddings, on OpenVINO (CPU) or torch (CUDA)."""

from services.worker.backbone.choose import load_backbone
from services.worker.backbone.interface import Backbone, Description

__all__ = ["Backbone", "Description", "load_backbone"]
