"""Refuse uploads while too many pictures wait, before anything is read or stored."""

from shared.errors import QueueFull
from shared.web.context import context


def refuse_overload() -> None:
    """Raise an error if the queue is full.

    Raises:
        QueueFull: the number of waiting pictures has reached the setting `queue_limit`.
    """
    if context().backlog.is_over():
        limit = context().settings.queue_limit
        raise QueueFull(f"{limit:,} pictures or more wait to be tagged; try again later.")
