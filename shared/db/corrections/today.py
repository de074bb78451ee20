"""Queries that count the latest corrections."""

from sqlalchemy import Connection, RowMapping, text

from shared.db.owners.access import Access

_VISIBLE = """
    (CAST(:owner AS text) IS NULL OR EXISTS (
        SELECT FROM images WHERE id = corrections.image_id AND owner = :owner
    ))
"""


def count_today(connection: Connection, access: Access, contributor: str | None) -> RowMapping:
    """Count corrections since midnight (UTC): answers, tags, images, and since when."""
    query = text(f"""
        SELECT count(*) AS answers, count(DISTINCT tag_id) AS tags,
               count(DISTINCT image_id) AS images, date_trunc('day', now()) AS since
        FROM corrections
        WHERE created_at >= date_trunc('day', now())
          AND (CAST(:contributor AS text) IS NULL OR contributor = :contributor)
          AND {_VISIBLE}
    """)
    values = {"owner": access.owner, "contributor": contributor}
    return connection.execute(query, values).mappings().one()


def count_waiting_corrections(connection: Connection, access: Access) -> int:
    """Count the corrections that no run has taken yet."""
    query = text(f"SELECT count(*) FROM corrections WHERE run_id IS NULL AND {_VISIBLE}")
    return connection.execute(query, {"owner": access.owner}).scalar_one()
