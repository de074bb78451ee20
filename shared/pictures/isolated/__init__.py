"""Processes for strangers' pictures: what a file does to its decoder, it does alone."""

from shared.pictures.isolated.limits import Limits
from shared.pictures.isolated.process import IsolatedProcess

__all__ = ["IsolatedProcess", "Limits"]
