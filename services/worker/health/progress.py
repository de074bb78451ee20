"""Whether workers make progress, as recorded in the database."""

from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.monitoring.backlog import is_stalled
from shared.errors import Stalled


def refuse_stalled(engine: Engine) -> None:
    """Return if images are being tagged, or none is waiting.

    Raises:
        Stalled: images are waiting, and no worker tags any.
        Unavailable: the database does not answer.
    """
    with transaction(engine) as connection:
        if is_stalled(connection):
            raise Stalled
