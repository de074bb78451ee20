"""What a fine-tune reads, as queries."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from psycopg2 import sql
from sqlalchemy import Connection, select, text

from shared.db.connection.binary_copy import read_embeddings
from shared.db.schema import contributors, models

# No fine-tune looks at the images of owners who are kept out of training.
_MAY_BE_LEARNED = """
    NOT EXISTS (
        SELECT FROM images JOIN untrained_owners USING (owner)
        WHERE images.id = embeddings.image_id
    )
"""


@dataclass(frozen=True)
class LastWord:
    """What a contributor said last about a tag on an image.

    moment: seconds since 1970. learned: whether a version that was promoted learned from it.
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
    """Someone who sends corrections."""

    name: str
    vouched: bool


def read_last_words(
    connection: Connection, backbone_id: int, *, tag_id: int | None, learned_only: bool
) -> list[LastWord]:
    """The last word of each contributor on each image and tag, of what runs have taken.

    Only of images with an embedding by the backbone. tag_id: only about this tag; None: all.
    learned_only: as it was when the live version learned, before anything that came later.
    """
    rows = connection.execute(
        text(f"""
            SELECT DISTINCT ON (corrections.image_id, corrections.tag_id, contributor)
                corrections.id, corrections.image_id, corrections.tag_id, contributor, verdict,
                extract(epoch FROM corrections.created_at)::float8 AS moment,
                finetune_runs.status = 'promoted' AS learned
            FROM corrections
            JOIN finetune_runs ON finetune_runs.id = run_id
            JOIN embeddings ON embeddings.image_id = corrections.image_id
            WHERE backbone_id = :backbone_id AND {_MAY_BE_LEARNED}
              AND (:tag_id IS NULL OR corrections.tag_id = :tag_id)
              AND (NOT :learned_only OR finetune_runs.status = 'promoted')
            ORDER BY corrections.image_id, corrections.tag_id, contributor, corrections.id DESC
        """),
        {"backbone_id": backbone_id, "tag_id": tag_id, "learned_only": learned_only},
    )
    return [LastWord(*row) for row in rows]


def read_contributors(connection: Connection) -> list[ContributorRecord]:
    """Everybody who ever sent a correction, by name."""
    rows = connection.execute(
        select(contributors.c.name, contributors.c.vouched).order_by(contributors.c.name)
    )
    return [ContributorRecord(*row) for row in rows]


def read_embeddings_of(
    connection: Connection, ids: Sequence[UUID], backbone_id: int
) -> tuple[list[UUID], NDArray[np.float16]]:
    """Ids, ascending, and embeddings (images, dimensions) of those of the images that have one."""
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
) -> NDArray[np.float16]:
    """Embeddings of images that nobody corrected, (n, dimensions), n at most `images`.

    The same ones each time, as long as none comes or goes.
    """
    total = connection.scalar(text("SELECT count(*) FROM embeddings")) or 0
    # Twice as many as are needed: some are corrected, and the sample's size varies.
    percent = min(100.0, 200.0 * images / max(total, 1))
    query = sql.SQL("""
        SELECT image_id, embedding FROM embeddings TABLESAMPLE BERNOULLI ({percent}) REPEATABLE (0)
        WHERE backbone_id = {backbone_id} AND {may_be_learned}
          AND NOT EXISTS (SELECT FROM corrections WHERE corrections.image_id = embeddings.image_id)
        ORDER BY image_id DESC LIMIT {images}
    """)
    _, embeddings = _copy_out(
        connection,
        query.format(
            percent=sql.Literal(percent),
            may_be_learned=sql.SQL(_MAY_BE_LEARNED),
            backbone_id=sql.Literal(backbone_id),
            images=sql.Literal(images),
        ),
    )
    return embeddings


def read_report(connection: Connection, version: int) -> dict[str, object]:
    """What was measured when a version was made."""
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
