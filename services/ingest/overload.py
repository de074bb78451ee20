"""Too many pictures wait: refused before anything is read or stored."""

from shared.errors import QueueFull
from shared.web.context import context


def refuse_overload() -> None:
    """Take no more than the workers can hope to tag.

    Raises:
        QueueFull: as many wait as the setting `queue_limit` allows.
    """
    if context().backlog.is_over():
        limit = context().settings.queue_limit
        raise QueueFull(f"{limit:,} pictures or more wait to be tagged; send this again later.")
