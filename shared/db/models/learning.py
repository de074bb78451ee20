"""Queries that a fine-tune reads."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from psycopg2 import sql
from sqlalchemy import Connection, select, text

from shared.db.connection.binary_copy import read_embeddings
from shared.db.schema import contributors, models, tags

# Images of owners who are excluded from training, and images that their uploader excluded, are not
# read.
_MAY_BE_LEARNED = """
    NOT EXISTS (
        SELECT FROM images LEFT JOIN untrained_owners USING (owner)
        WHERE images.id = embeddings.image_id
          AND (untrained_owners.owner IS NOT NULL OR NOT images.learn)
    )
"""


# Fewer rows than these are read whole, more by a share of the pages; that share holds more than is
# needed, since pages are not all alike.
SMALL_TABLE = 2000
SPARE = 3.0
# Postgres' own estimate: to count a million rows takes longer than everything else. Each network
# that has made embeddings has about the same number.
_ESTIMATE = text("""
    SELECT greatest(reltuples, 0)::bigint / greatest((SELECT count(*) FROM backbones), 1)
    FROM pg_class WHERE oid = 'embeddings'::regclass
""")


@dataclass(frozen=True)
class LastWord:
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
_LAST_WORDS = f"""
    SELECT DISTINCT ON (corrections.image_id, corrections.tag_id, contributor)
        corrections.id, corrections.image_id, corrections.tag_id, contributor, verdict,
        extract(epoch FROM corrections.created_at)::float8 AS moment, {_LEARNED} AS learned,
        tags.kind
    FROM corrections
    JOIN finetune_runs ON finetune_runs.id = run_id
    JOIN tags ON tags.id = corrections.tag_id
    JOIN embeddings ON embeddings.image_id = corrections.image_id
    WHERE backbone_id = :backbone_id AND {_MAY_BE_LEARNED}
      AND NOT corrections.set_aside
      AND (CAST(:tag_id AS integer) IS NULL OR corrections.tag_id = :tag_id)
      AND (:tag_id IS NOT NULL OR tags.owner IS NOT DISTINCT FROM :owner)
      AND (NOT :learned_only OR {_LEARNED})
    ORDER BY corrections.image_id, corrections.tag_id, contributor, corrections.id DESC
"""


def read_last_words(
    connection: Connection,
    backbone_id: int,
    *,
    owner: str | None = None,
    tag_id: int | None,
    learned_only: bool,
    min_examples: int = 1,
    max_tags: int | None = None,
) -> list[LastWord]:
    """Return each contributor's last correction of each image and tag that runs have taken.

    Only of images with an embedding by the backbone. owner: only about this owner's tags; None:
    shared ones. tag_id: only about this tag; None: all. learned_only: as of the time when the live
    version learned. min_examples: the least number of images of a custom tag. max_tags: only the
    tags with the most examples.
    """
    rows = connection.execute(
        text(f"""
            WITH said AS ({_LAST_WORDS}), worthwhile AS (
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
    return [LastWord(*row) for row in rows]


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
    """Return everybody who ever sent a correction, by name."""
    rows = connection.execute(
        select(contributors.c.name, contributors.c.vouched).order_by(contributors.c.name)
    )
    return [ContributorRecord(*row) for row in rows]


def read_embeddings_of(
    connection: Connection, ids: Sequence[UUID], backbone_id: int
) -> tuple[list[UUID], NDArray[np.float16]]:
    """Return ids, ascending, and embeddings (images, dimensions), of images that have one."""
    query = sql.SQL(
        "SELECT image_id, embedding FROM embeddings "
        "WHERE image_id = ANY({ids}::uuid[]) AND backbone_id = {backbone_id} ORDER BY image_id"
    )
    return _copy_out(
        connection,
        query.format(
            ids=sql.Literal([str(image_id) for image_id in ids]),
            backbone_id=sql.Literal(backbone_id),
        ),
    )


def sample_uncorrected(
    connection: Connection, backbone_id: int, images: int
) -> tuple[list[UUID], NDArray[np.float16]]:
    """Return ids and embeddings, (n, dimensions), of at most `images` images without corrections.

    The sample is the same each time, as long as no such image comes or goes.
    """
    count = text("SELECT count(*) FROM embeddings WHERE backbone_id = :backbone_id")
    total = connection.scalar(count, {"backbone_id": backbone_id}) or 0
    # Sample twice as many: some have corrections, and the sample's size varies.
    percent = min(100.0, 200.0 * images / max(total, 1))
    source = sql.SQL("embeddings TABLESAMPLE BERNOULLI ({percent}) REPEATABLE (0)")
    return _newest_uncorrected(
        connection, source.format(percent=sql.Literal(percent)), backbone_id, images
    )


def sample_uncorrected_of(
    connection: Connection, backbone_id: int, owner: str, images: int
) -> tuple[list[UUID], NDArray[np.float16]]:
    """Return ids and embeddings, (n, dimensions), of an owner's newest images without
    corrections.
    """
    source = sql.SQL("embeddings JOIN images ON images.id = image_id AND owner = {owner}")
    return _newest_uncorrected(
        connection, source.format(owner=sql.Literal(owner)), backbone_id, images
    )


def _newest_uncorrected(
    connection: Connection, source: sql.Composable, backbone_id: int, images: int
) -> tuple[list[UUID], NDArray[np.float16]]:
    query = sql.SQL("""
        SELECT image_id, embedding FROM {source}
        WHERE backbone_id = {backbone_id} AND {may_be_learned}
          AND NOT EXISTS (SELECT FROM corrections WHERE corrections.image_id = embeddings.image_id)
        ORDER BY image_id DESC LIMIT {images}
    """)
    return _copy_out(
        connection,
        query.format(
            source=source,
            may_be_learned=sql.SQL(_MAY_BE_LEARNED),
            backbone_id=sql.Literal(backbone_id),
            images=sql.Literal(images),
        ),
    )


def sample_embeddings(
    connection: Connection, backbone_id: int, images: int, *, without: Sequence[UUID]
) -> NDArray[np.float16]:
    """Return embeddings of some images, (n, dimensions), n at most `images`, in no order.

    without: images that are left out. Pages of the table are drawn: what came at the same time may
    come together, but it takes no longer in a large table.
    """
    total = connection.scalar(_ESTIMATE) or 0
    percent = 100.0 if total < SMALL_TABLE else 100.0 * SPARE * images / total
    query = sql.SQL("""
        SELECT image_id, embedding FROM embeddings TABLESAMPLE SYSTEM ({percent}) REPEATABLE (0)
        WHERE backbone_id = {backbone_id} AND {may_be_learned}
          AND image_id <> ALL ({without}::uuid[])
        LIMIT {images}
    """)
    _, embeddings = _copy_out(
        connection,
        query.format(
            percent=sql.Literal(min(100.0, percent)),
            may_be_learned=sql.SQL(_MAY_BE_LEARNED),
            backbone_id=sql.Literal(backbone_id),
            without=sql.Literal([str(image_id) for image_id in without]),
            images=sql.Literal(images),
        ),
    )
    return embeddings


def read_report(connection: Connection, version: int) -> dict[str, object]:
    """Return the figures that were measured when a version was made."""
    query = select(models.c.metrics).where(models.c.version == version)
    return connection.execute(query).scalar_one()


def _copy_out(
    connection: Connection, query: sql.Composable
) -> tuple[list[UUID], NDArray[np.float16]]:
    out = io.BytesIO()
    copy = sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(query)
    connection.connection.cursor().copy_expert(copy, out)
    ids, embeddings = read_embeddings(out.getbuffer())
    return list(ids), embeddings
