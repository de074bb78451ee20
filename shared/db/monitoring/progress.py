"""Queries about how many images there are and how fast they are tagged."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, text

from shared.db.owners.access import Access

_VISIBLE = "same_as IS NULL AND (CAST(:owner AS text) IS NULL OR owner = :owner)"


def count_statuses(connection: Connection, access: Access) -> RowMapping:
    """Return total, queued and failed images, and for how many seconds the oldest has waited.

    Waiting and failed images have indexes of their own; the total walks over a whole index.
    """
    query = text(f"""
        SELECT
            (SELECT count(*) FROM images WHERE {_VISIBLE}) AS total,
            (SELECT count(*) FROM images WHERE status = 'queued' AND {_VISIBLE}) AS queued,
            (SELECT count(*) FROM images WHERE status = 'failed' AND {_VISIBLE}) AS failed,
            (SELECT extract(epoch FROM now() - min(created_at))::float8 FROM images
             WHERE status = 'queued' AND {_VISIBLE}) AS oldest_waiting_seconds
    """)
    return connection.execute(query, {"owner": access.owner}).mappings().one()


def count_tagged_lately(connection: Connection, access: Access, minutes: int) -> RowMapping:
    """Return how many images were tagged in the last ten seconds and in each of the last minutes.

    by_minute: a list, the oldest minute first.
    """
    query = text(f"""
        WITH lately AS (
            SELECT extract(epoch FROM now() - tagged_at)::float8 AS seconds_ago FROM images
            WHERE tagged_at > now() - make_interval(mins => :minutes)
              AND status = 'tagged' AND {_VISIBLE}
        ), counted AS (
            SELECT floor(seconds_ago / 60)::int AS minute, count(*) AS images
            FROM lately GROUP BY minute
        )
        SELECT (SELECT count(*) FROM lately WHERE seconds_ago < 10) AS in_ten_seconds,
               array_agg(coalesce(images, 0) ORDER BY minutes.minute DESC) AS by_minute
        FROM generate_series(0, :minutes - 1) AS minutes(minute)
        LEFT JOIN counted USING (minute)
    """)
    values = {"owner": access.owner, "minutes": minutes}
    return connection.execute(query, values).mappings().one()


def count_deliveries(connection: Connection, access: Access) -> RowMapping:
    """Return deliveries that wait, and those that failed or arrived within the last day."""
    query = text("""
        SELECT
            (SELECT count(*) FROM deliveries WHERE status = 'waiting'
             AND (CAST(:owner AS text) IS NULL OR owner = :owner)) AS pending,
            count(*) FILTER (WHERE status = 'failed') AS failed,
            count(*) FILTER (WHERE status = 'delivered') AS delivered_today
        FROM deliveries
        WHERE status <> 'waiting' AND finished_at > now() - interval '1 day'
          AND (CAST(:owner AS text) IS NULL OR owner = :owner)
    """)
    return connection.execute(query, {"owner": access.owner}).mappings().one()


def list_set_aside(connection: Connection) -> Sequence[RowMapping]:
    """Return the contributors from whom nothing is learned: user, reason, set_aside_at."""
    query = text("""
        SELECT name AS "user", reason, set_aside_at FROM contributors
        WHERE set_aside_at IS NOT NULL ORDER BY set_aside_at DESC
    """)
    return connection.execute(query).mappings().all()
