"""Queries for metrics about the database and work in progress."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, text

VERSIONS_SHOWN = 10


def measure_database(connection: Connection) -> RowMapping:
    """Return the database's size in bytes, its connections, and the most that it accepts."""
    return (
        connection.execute(
            text("""
                SELECT pg_database_size(current_database()) AS bytes,
                       (SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database()) AS connections,
                       current_setting('max_connections')::int AS max_connections
            """)
        )
        .mappings()
        .one()
    )


def count_runs(connection: Connection) -> Sequence[RowMapping]:
    """Return fine-tune runs by status, and when the last of each ended, in seconds since 1970."""
    return (
        connection.execute(
            text("""
                SELECT status, count(*) AS runs,
                       extract(epoch FROM max(finished_at))::float8 AS ended_at
                FROM finetune_runs GROUP BY status
            """)
        )
        .mappings()
        .all()
    )


def count_versions(connection: Connection) -> Sequence[RowMapping]:
    """Return model versions by status."""
    query = text("SELECT status, count(*) AS versions FROM models GROUP BY status")
    return connection.execute(query).mappings().all()


def count_left_to_retag(connection: Connection) -> int:
    """Return how many images open jobs have yet to reach, as far as they are counted."""
    query = text("""
        SELECT coalesce(sum(greatest(total - done, 0)), 0)::bigint
        FROM retag_jobs WHERE status IN ('queued', 'running')
    """)
    return connection.execute(query).scalar_one()


def read_quality(connection: Connection) -> Sequence[RowMapping]:
    """Return the held-out figures of the newest versions that have any: version, metric, value."""
    return (
        connection.execute(
            text("""
                SELECT version, figure.key AS metric, (figure.value #>> '{}')::float8 AS value
                FROM (
                    SELECT version, metrics #> '{overall,after}' AS figures FROM models
                    WHERE jsonb_typeof(metrics #> '{overall,after}') = 'object'
                    ORDER BY version DESC LIMIT :versions
                ) AS newest, jsonb_each(figures) AS figure
                WHERE jsonb_typeof(figure.value) = 'number'
            """),
            {"versions": VERSIONS_SHOWN},
        )
        .mappings()
        .all()
    )
