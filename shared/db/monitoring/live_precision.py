"""Count how many of the tags that the model showed people kept, and how many they removed."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, text


def judge_shown_tags(connection: Connection, days: int) -> Sequence[RowMapping]:
    """Return kept and removed tags by tag, on images that were corrected within so many days.

    A tag that the model shows and that people left when they corrected the image counts as kept.
    The tags with the most judgements come first.
    """
    return (
        connection.execute(
            text("""
                WITH recent AS (
                    SELECT image_id, tag_id, verdict, confidence FROM corrections
                    WHERE created_at > now() - make_interval(days => :days)
                ), judged AS (
                    SELECT DISTINCT image_id, tag_id, true AS removed
                    FROM recent JOIN decisions USING (image_id, tag_id)
                    WHERE verdict = 'remove' AND recent.confidence IS NOT NULL AND NOT present
                    UNION ALL
                    SELECT image_id, image_tags.tag_id, false
                    FROM (SELECT DISTINCT image_id FROM recent) AS seen
                    JOIN image_tags USING (image_id)
                    LEFT JOIN decisions USING (image_id, tag_id)
                    WHERE decisions.present IS DISTINCT FROM false
                )
                SELECT slug, count(*) FILTER (WHERE removed) AS removed,
                       count(*) FILTER (WHERE NOT removed) AS kept
                FROM judged JOIN tags ON tags.id = judged.tag_id
                GROUP BY slug ORDER BY count(*) DESC, slug
            """),
            {"days": days},
        )
        .mappings()
        .all()
    )
