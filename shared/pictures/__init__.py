"""Picture files of every kind that people have: what they are, and their pixels."""

from shared.pictures.formats import MIME_TYPES
from shared.pictures.probe import Probe, probe

__all__ = ["MIME_TYPES", "Probe", "probe"]
