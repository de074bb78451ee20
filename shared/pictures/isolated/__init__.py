"""Separate processes for untrusted pictures, so that a crash in a decoder ends only its process."""

from shared.pictures.isolated.limits import Limits
from shared.pictures.isolated.process import IsolatedProcess

__all__ = ["IsolatedProcess", "Limits"]
