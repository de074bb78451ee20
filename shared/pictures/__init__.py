"""Picture files of every supported kind: their headers and their pixels."""

from shared.pictures.formats import MIME_TYPES
from shared.pictures.probe import Probe, probe

__all__ = ["MIME_TYPES", "Probe", "probe"]
