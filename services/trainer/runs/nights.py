"""The nightly run, queued once a night when the hour has come, even after restarts."""

from datetime import UTC, datetime

from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.models.runs.runs import insert_night
from shared.db.tags.hashtags.reading import find_last_look, has_new_hashtags

# With fewer new images with hashtags, no word can be new or much better.
MIN_HASHTAGGED = 20


def queue_night(
    engine: Engine, retrain_hour: int | None, now: datetime, *, with_hashtags: bool = False
) -> bool:
    """Queue today's run if its hour has come and it is missing; return whether it was queued.

    retrain_hour: 0 to 23, UTC; None: there are no nightly runs. now: a time with a time zone.
    with_hashtags: run for new hashtags, even if no corrections wait.

    A trainer that was away at the hour catches up on the same day. It then runs only if corrections
    were waiting at the hour: newer ones wait for the next night.

    Raises:
        Unavailable: Postgres does not answer.
    """
    today = now.astimezone(UTC)
    if retrain_hour is None or today.hour < retrain_hour:
        return False
    due = today.replace(hour=retrain_hour, minute=0, second=0, microsecond=0)
    with transaction(engine) as connection:
        new = with_hashtags and has_new_hashtags(
            connection, find_last_look(connection), MIN_HASHTAGGED
        )
        return insert_night(connection, due.date(), due, with_hashtags=new)
