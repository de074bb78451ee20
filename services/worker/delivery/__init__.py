"""Delivery of events to other systems, in separate threads; the rows are the queue."""

from services.worker.delivery.sender import Sender

__all__ = ["Sender"]
