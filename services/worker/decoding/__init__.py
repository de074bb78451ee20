"""Pictures decoded in processes of their own: what a file does to its decoder, it does alone."""

from services.worker.decoding.decoder import Decoder

__all__ = ["Decoder"]
