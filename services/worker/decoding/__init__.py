"""Decoding in separate processes: a file that crashes its decoder harms nothing else."""

from services.worker.decoding.decoder import Decoder

__all__ = ["Decoder"]
