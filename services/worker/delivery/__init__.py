"""Events on their way to other systems: threads of their own, the rows are their queue."""

from services.worker.delivery.sender import Sender

__all__ = ["Sender"]
