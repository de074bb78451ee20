"""The nightly run: queued once the hour has come, once a night whatever doubles or dies."""

from datetime import UTC, datetime

from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.models.runs import insert_night


def queue_night(engine: Engine, retrain_hour: int | None, now: datetime) -> bool:
    """Queue today's run if its hour has come and it isn't there yet; return whether that was so.

    retrain_hour: 0 to 23, UTC; None: there are no nightly runs. now: an aware moment.

    A trainer that was away at the hour makes up for it on the same day. It then learns only if
    corrections waited at the hour: those of people who are at it now wait for the next night.

    Raises:
        Unavailable: Postgres is away.
    """
    today = now.astimezone(UTC)
    if retrain_hour is None or today.hour < retrain_hour:
        return False
    due = today.replace(hour=retrain_hour, minute=0, second=0, microsecond=0)
    with transaction(engine) as connection:
        return insert_night(connection, due.date(), due)
