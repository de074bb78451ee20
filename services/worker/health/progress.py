"""Whether workers make progress, as recorded in the database."""

from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.monitoring.backlog import is_stalled
from shared.errors import Stalled


def refuse_stalled(engine: Engine) -> None:
    """Raise Stalled if images wait and no worker tags any.

    Raises:
        Stalled: images wait, and no worker tags any.
        Unavailable: the database does not answer.
    """
    with transaction(engine) as connection:
        if is_stalled(connection):
            raise Stalled
