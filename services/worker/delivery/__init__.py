"""Delivering events to other systems, in threads of their own; the rows are the queue."""

from services.worker.delivery.sender import Sender

__all__ = ["Sender"]
