"""Queries that a fine-tune reads."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, select, text

from shared.db.models.stored_embeddings import MAY_BE_LEARNED
from shared.db.schema import contributors, models, tags


@dataclass(frozen=True)
class LastCorrection:
    """A contributor's last correction of a tag on an image.

    moment: seconds since 1970. learned: whether a promoted version learned from it.
    """

    id: int
    image_id: UUID
    tag_id: int
    contributor: str
    verdict: str
    moment: float
    learned: bool


@dataclass(frozen=True)
class ContributorRecord:
    """A person who sends corrections."""

    name: str
    vouched: bool


# A promoted run has learned its corrections, except those of tags that it left unchanged.
_LEARNED = """
    (finetune_runs.status = 'promoted' AND CASE
        WHEN tags.owner IS NULL THEN NOT kept_shared
        ELSE tags.owner <> ALL(kept_owners)
    END)
"""
# The last corrections that may be learned, of one owner's tags or of shared ones.
_LAST_CORRECTIONS = f"""
    SELECT DISTINCT ON (corrections.image_id, corrections.tag_id, contributor)
        corrections.id, corrections.image_id, corrections.tag_id, contributor, verdict,
        extract(epoch FROM corrections.created_at)::float8 AS moment, {_LEARNED} AS learned,
        tags.kind
    FROM corrections
    JOIN finetune_runs ON finetune_runs.id = run_id
    JOIN tags ON tags.id = corrections.tag_id
    JOIN embeddings ON embeddings.image_id = corrections.image_id
    WHERE backbone_id = :backbone_id AND {MAY_BE_LEARNED}
      AND NOT corrections.set_aside
      AND (CAST(:tag_id AS integer) IS NULL OR corrections.tag_id = :tag_id)
      AND (:tag_id IS NOT NULL OR tags.owner IS NOT DISTINCT FROM :owner)
      AND (NOT :learned_only OR {_LEARNED})
    ORDER BY corrections.image_id, corrections.tag_id, contributor, corrections.id DESC
"""


def read_last_corrections(
    connection: Connection,
    backbone_id: int,
    *,
    owner: str | None = None,
    tag_id: int | None,
    learned_only: bool,
    min_examples: int = 1,
    max_tags: int | None = None,
) -> list[LastCorrection]:
    """Return each contributor's last correction of each image and tag that runs have taken.

    Only of images with an embedding by the backbone. owner: only about this owner's tags; None:
    shared ones. tag_id: only about this tag; None: all. learned_only: as of the time when the live
    version learned. min_examples: the least number of images of a custom tag. max_tags: only the
    tags with the most examples.
    """
    rows = connection.execute(
        text(f"""
            WITH said AS ({_LAST_CORRECTIONS}), worthwhile AS (
                SELECT tag_id FROM said GROUP BY tag_id, kind
                HAVING kind = 'wordnet'
                    OR count(DISTINCT image_id) FILTER (WHERE verdict IN ('add', 'confirm'))
                       >= :min_examples
                ORDER BY count(*) DESC, tag_id LIMIT :max_tags
            )
            SELECT id, image_id, tag_id, contributor, verdict, moment, learned
            FROM said JOIN worthwhile USING (tag_id)
            ORDER BY image_id, tag_id, contributor
        """),
        {
            "backbone_id": backbone_id,
            "owner": owner,
            "tag_id": tag_id,
            "learned_only": learned_only,
            "min_examples": min_examples,
            "max_tags": max_tags,
        },
    )
    return [LastCorrection(*row) for row in rows]


def find_groups(connection: Connection) -> list[str | None]:
    """Return the owners whose tags the running run has corrections of.

    None stands for shared tags.
    """
    owners = connection.scalars(
        text("""
            SELECT DISTINCT tags.owner FROM corrections
            JOIN finetune_runs ON finetune_runs.id = run_id
            JOIN tags ON tags.id = corrections.tag_id
            WHERE finetune_runs.status = 'running' AND finetune_runs.tag_id IS NULL
              AND NOT corrections.set_aside
        """)
    ).all()
    return sorted(owners, key=lambda owner: (owner is not None, owner or ""))


def find_tag_owner(connection: Connection, tag_id: int) -> tuple[str | None, str] | None:
    """Return the owner and the kind of a tag; None if it was deleted."""
    row = connection.execute(select(tags.c.owner, tags.c.kind).where(tags.c.id == tag_id)).first()
    return None if row is None else (row.owner, row.kind)


def read_contributors(connection: Connection) -> list[ContributorRecord]:
    """Return everyone who ever sent a correction, by name."""
    rows = connection.execute(
        select(contributors.c.name, contributors.c.vouched).order_by(contributors.c.name)
    )
    return [ContributorRecord(*row) for row in rows]


def read_report(connection: Connection, version: int) -> dict[str, object]:
    """Return the figures that were measured when a version was made."""
    query = select(models.c.metrics).where(models.c.version == version)
    return connection.execute(query).scalar_one()
