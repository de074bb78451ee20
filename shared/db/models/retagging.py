"""Queries for re-tagging: which images, their embeddings, and what changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from psycopg2 import sql
from sqlalchemy import Connection, text

from shared.db.connection.binary_copy.records import SORTABLE_UUID, uuid_array
from shared.db.images.results import read_image_tags, store_image_tags
from shared.db.models.retag_jobs import RetagScope
from shared.db.tags.tag_rows import TagRows

# Postgres plans with the bound values, so conditions that are always true cost nothing.
_IN_SCOPE = """
    status = 'tagged' AND same_as IS NULL AND model_version = ANY(:versions)
    AND (CAST(:owner AS text) IS NULL OR owner = :owner)
    AND (CAST(:below_version AS integer) IS NULL OR model_version < :below_version)
"""


@dataclass(frozen=True)
class Difference:
    """The only tag that distinguishes a version from its parent, and the parent."""

    tag_id: int
    parent: int


def list_versions(connection: Connection) -> list[int]:
    """Return all versions, of every network."""
    return list(connection.scalars(text("SELECT version FROM models")))


def find_only_difference(connection: Connection, version: int) -> Difference | None:
    """Return the tag that a version was taught, if it was a single one."""
    row = connection.execute(
        text("""
            SELECT tag_id, parent FROM finetune_runs JOIN models USING (version)
            WHERE version = :version AND tag_id IS NOT NULL
        """),
        {"version": version},
    ).first()
    return None if row is None else Difference(row.tag_id, row.parent)


def count_in_scope(connection: Connection, scope: RetagScope, versions: Sequence[int]) -> int:
    """Return the number of images in a job's scope. versions: only what these have tagged."""
    query = text(f"SELECT count(*) FROM images WHERE {_IN_SCOPE}")
    return connection.execute(query, _bind(scope, versions)).scalar_one()


def prefer_index_scans(connection: Connection) -> None:
    """Have this transaction find rows by an index and in its order.

    Right after many images arrived, Postgres still believes that there are few, and would read all
    of them for every chunk.
    """
    connection.execute(text("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off"))


def next_in_scope(
    connection: Connection,
    scope: RetagScope,
    versions: Sequence[int],
    after: UUID | None,
    limit: int,
) -> list[UUID]:
    """Return a job's next images, ascending. versions: only what these have tagged."""
    query = text(f"""
        SELECT id FROM images WHERE {_IN_SCOPE} AND id > :after ORDER BY id LIMIT :limit
    """)
    parameters = {**_bind(scope, versions), "after": after or UUID(int=0), "limit": limit}
    return list(connection.scalars(query, parameters))


def hold_images(
    connection: Connection, ids: Sequence[UUID], version: int, instead_of: Sequence[int]
) -> set[UUID]:
    """Lock the images until the transaction ends; return those that no longer exist.

    Images that versions of `instead_of` have tagged count as tagged by `version` from now on. Rows
    are locked in the order of their ids, as everywhere. The commit does not wait for the disk: what
    a crash undoes is done again, as the job's position is undone with it.
    """
    gone = connection.scalars(
        text("""
            SET LOCAL synchronous_commit = off;
            WITH held AS (
                SELECT id, model_version FROM images
                WHERE id = ANY(CAST(:ids AS uuid[])) AND status = 'tagged'
                ORDER BY id FOR NO KEY UPDATE
            ), marked AS (
                UPDATE images SET model_version = :version FROM held
                WHERE images.id = held.id AND held.model_version = ANY(:instead_of)
            )
            SELECT id FROM unnest(CAST(:ids AS uuid[])) AS wanted(id)
            WHERE NOT EXISTS (SELECT FROM held WHERE held.id = wanted.id)
        """),
        {"ids": array_literal(ids), "version": version, "instead_of": list(instead_of)},
    )
    return set(gone)


def read_tag_rows(
    connection: Connection, ids: Sequence[UUID], tag_ids: NDArray[np.int32] | None
) -> TagRows:
    """Return the stored tags of images, ascending ids; tag_ids: only these tags, None: all."""
    wanted = (
        sql.SQL("")
        if tag_ids is None
        else sql.SQL(" AND tag_id = ANY({})").format(sql.Literal(tag_ids.tolist()))
    )
    query = sql.SQL(
        "SELECT image_id, tag_id, confidence FROM image_tags WHERE image_id = ANY({}::uuid[]){}"
    ).format(sql.Literal(array_literal(ids)), wanted)
    stored_ids, stored_tags, confidences = read_image_tags(connection, query)
    positions = np.searchsorted(uuid_array(ids).view(SORTABLE_UUID), stored_ids)
    return TagRows.of(positions, stored_tags, confidences)


def rewrite_tag_rows(
    connection: Connection, ids: Sequence[UUID], obsolete: TagRows, fresh: TagRows
) -> None:
    """Delete rows, then insert others; both name images by their positions in `ids`."""
    if len(obsolete.keys):
        connection.execute(
            text("""
                DELETE FROM image_tags
                USING unnest(CAST(:ids AS uuid[]), CAST(:tag_ids AS integer[]))
                    AS obsolete(image_id, tag_id)
                WHERE image_tags.image_id = obsolete.image_id
                  AND image_tags.tag_id = obsolete.tag_id
            """),
            {
                "ids": array_literal([ids[position] for position in obsolete.positions]),
                "tag_ids": obsolete.tag_ids.tolist(),
            },
        )
    if len(fresh.keys):
        counts = np.bincount(fresh.positions, minlength=len(ids))
        store_image_tags(connection, ids, counts, fresh.tag_ids, fresh.confidences)


def array_literal(ids: Sequence[UUID]) -> str:
    """Return the ids in the form that Postgres reads fastest."""
    return "{" + ",".join(map(str, ids)) + "}"


def _bind(scope: RetagScope, versions: Sequence[int]) -> dict[str, object]:
    return {
        "owner": scope.owner,
        "below_version": scope.below_version,
        "versions": list(versions),
    }
