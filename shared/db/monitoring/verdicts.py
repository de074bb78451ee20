"""Count how often the tags that the model showed were right, by confidence."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from shared.db.owners.access import Access

# Of the newest corrections; older ones were about older versions.
MAX_CORRECTIONS = 20_000


def count_verdicts(
    connection: Connection, access: Access, limits: Sequence[float]
) -> dict[int, tuple[int, int]]:
    """Count shown tags that people kept and removed, by confidence: {bin: (kept, removed)}.

    limits: ascending; bin n holds the confidences from the nth limit on, counted from 1. Only of
    corrected images that the caller may see: what the model shows there and people
    left counts as kept, and what they removed counts with the confidence that it had then.
    """
    rows = connection.execute(
        text("""
            WITH recent AS (
                SELECT image_id, tag_id, verdict, confidence FROM corrections
                WHERE CAST(:owner AS text) IS NULL OR EXISTS (
                    SELECT FROM images WHERE id = corrections.image_id AND owner = :owner
                )
                ORDER BY id DESC LIMIT :most
            ), judged AS (
                SELECT image_id, tag_id, max(confidence) AS confidence, true AS removed
                FROM recent JOIN decisions USING (image_id, tag_id)
                WHERE verdict = 'remove' AND confidence IS NOT NULL AND NOT present
                GROUP BY image_id, tag_id
                UNION ALL
                SELECT image_id, image_tags.tag_id, image_tags.confidence, false
                FROM (SELECT DISTINCT image_id FROM recent) AS seen
                JOIN image_tags USING (image_id)
                LEFT JOIN decisions USING (image_id, tag_id)
                WHERE decisions.present IS DISTINCT FROM false
            )
            SELECT width_bucket(confidence, CAST(:limits AS real[])) AS bin,
                   count(*) FILTER (WHERE NOT removed) AS kept,
                   count(*) FILTER (WHERE removed) AS removed
            FROM judged GROUP BY bin
        """),
        {"owner": access.owner, "most": MAX_CORRECTIONS, "limits": list(limits)},
    )
    return {row.bin: (row.kept, row.removed) for row in rows}
