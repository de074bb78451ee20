"""The audit: compare what was promised with Postgres, the storage and the API."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine, text

from shared.db.connection.engine import transaction
from shared.storage.storage import original_key
from tests.chaos.load.client import Client
from tests.chaos.load.ledger import Corrected, Due, Ledger
from tests.chaos.stack import Stack

# The longest that an image may take: every attempt until its lease runs out and the sweeper comes.
DRAIN_SECONDS = 300.0
LOOK_SECONDS = 0.5
EXAMPLES = 3
UNDER_WAY = """
    SELECT EXISTS (SELECT FROM images WHERE status = 'queued')
        OR EXISTS (SELECT FROM finetune_runs WHERE status IN ('queued', 'running'))
        OR EXISTS (SELECT FROM retag_jobs WHERE status <> 'done')
"""
# What must never be found, whatever happened; each query returns the ids of those it is true of.
NEVER = {
    "the same bytes of an owner twice": """
        SELECT min(id::text) FROM images GROUP BY owner, sha256 HAVING count(*) > 1
    """,
    "tags of an image that is not tagged": """
        SELECT DISTINCT image_id FROM image_tags JOIN images ON images.id = image_id
        WHERE status <> 'tagged'
    """,
    "an embedding of an image that is not tagged": """
        SELECT image_id FROM embeddings JOIN images ON images.id = image_id
        WHERE status <> 'tagged'
    """,
    "a tagged image without tags": """
        SELECT id FROM images WHERE status = 'tagged'
        AND NOT EXISTS (SELECT FROM image_tags WHERE image_id = images.id)
    """,
    "a tagged image without an embedding": """
        SELECT id FROM images WHERE status = 'tagged'
        AND NOT EXISTS (SELECT FROM embeddings WHERE image_id = images.id)
    """,
    "a tagged image without the version that tagged it": """
        SELECT id FROM images WHERE status = 'tagged' AND model_version IS NULL
    """,
    "a failed image without a reason": """
        SELECT id FROM images WHERE status = 'failed' AND coalesce(error, '') = ''
    """,
    "an image that is done and still held": """
        SELECT id FROM images WHERE status <> 'queued' AND claim IS NOT NULL
    """,
    "more than one live model": """
        SELECT version FROM models WHERE status = 'live' OFFSET 1
    """,
    "a fine-tune that is not over": """
        SELECT id FROM finetune_runs WHERE status IN ('queued', 'running')
    """,
    "a fine-tune that failed": "SELECT id FROM finetune_runs WHERE status = 'failed'",
    "a re-tagging that is not over": "SELECT id FROM retag_jobs WHERE status <> 'done'",
    "an image tagged by another version than the live one": """
        SELECT id FROM images WHERE status = 'tagged' AND same_as IS NULL
        AND model_version <> (SELECT version FROM models WHERE status = 'live')
    """,
}


@dataclass(frozen=True)
class Audit:
    """The result.

    lost: ids that were accepted and are neither tagged nor failed.
    failed: reasons of pictures that failed though nothing was wrong with them.
    broken: a sentence for each promise that was broken.
    """

    tagged: int
    corrections: int
    failed_as_due: int
    lost: frozenset[str]
    failed: tuple[str, ...]
    broken: tuple[str, ...]


def audit(stack: Stack, engine: Engine, client: Client, ledger: Ledger) -> Audit:
    """Wait until no work is in progress, and compare."""
    await_drained(engine)
    rows = read_rows(engine)
    due_to_fail = {i for i, image in ledger.accepted.items() if image.due is Due.FAILED}
    done = {i: row for i, row in rows.items() if row[0] in ("tagged", "failed")}
    lost = ledger.accepted.keys() - done.keys()
    failed = {i for i in ledger.accepted if i in done and done[i][0] == "failed"}
    tagged = ledger.accepted.keys() - lost - failed
    in_api = client.statuses(list(ledger.accepted))
    wrong_in_api = [i for i in ledger.accepted if i in done and in_api.get(i) != done[i][0]]
    no_file = [
        i
        for i in ledger.accepted.keys() - due_to_fail - lost
        if not (stack.data.blobs / original_key(UUID(i))).exists()
    ]
    broken = [
        *found("accepted, and neither tagged nor failed", lost),
        *found("tagged though its file was gone, damaged or poisonous", tagged & due_to_fail),
        *found("another status in the API than in Postgres", wrong_in_api),
        *found("accepted, and its file is gone", no_file),
        *found("an answer that no client should get", ledger.wrong),
        *find_unkept(engine, ledger.corrected),
        *find_forbidden(engine),
    ]
    return Audit(
        len(tagged),
        len(ledger.corrected),
        len(failed & due_to_fail),
        frozenset(lost),
        tuple(f"{i}: {done[i][1]}" for i in sorted(failed - due_to_fail)),
        tuple(broken),
    )


def find_unkept(engine: Engine, corrected: Sequence[Corrected]) -> list[str]:
    """Return a sentence for corrections that were accepted and are gone, or decide nothing."""
    with transaction(engine) as connection:
        kept = {
            row.id: Corrected(row.id, row.image, row.slug, row.verdict)
            for row in connection.execute(
                text("""
                    SELECT corrections.id, image_id::text AS image, slug, verdict
                    FROM corrections JOIN tags ON tags.id = tag_id
                """)
            )
        }
        undecided = connection.scalars(
            text("""
                SELECT DISTINCT image_id::text FROM (
                    SELECT DISTINCT ON (image_id, tag_id) image_id, tag_id, verdict
                    FROM corrections ORDER BY image_id, tag_id, id DESC
                ) AS last LEFT JOIN decisions USING (image_id, tag_id)
                WHERE present IS DISTINCT FROM
                    CASE verdict WHEN 'undo' THEN NULL ELSE verdict <> 'remove' END
            """)
        ).all()
    gone = [str(correction.id) for correction in corrected if kept.get(correction.id) != correction]
    return [
        *found("a correction that was accepted and is not there", gone),
        *found("an image whose decided tags are not what was said last", undecided),
    ]


def find_forbidden(engine: Engine) -> list[str]:
    """Return a sentence for each forbidden state in the database."""
    with transaction(engine) as connection:
        return [
            sentence
            for what, query in NEVER.items()
            for sentence in found(what, map(str, connection.scalars(text(query))))
        ]


def await_drained(engine: Engine) -> None:
    """Wait until nothing is queued or running, or should no longer be."""
    deadline = time.monotonic() + DRAIN_SECONDS
    while time.monotonic() < deadline:
        with transaction(engine) as connection:
            if not connection.scalar(text(UNDER_WAY)):
                return
        time.sleep(LOOK_SECONDS)


def read_rows(engine: Engine) -> dict[str, tuple[str, str | None]]:
    """Return status and error of every image."""
    with transaction(engine) as connection:
        rows = connection.execute(text("SELECT id::text, status, error FROM images"))
        return {row.id: (row.status, row.error) for row in rows}


def found(what: str, where: Iterable[str]) -> list[str]:
    """Return a sentence about what was found, if anything was."""
    places = sorted(where)
    return [f"{len(places)} times {what}: {'; '.join(places[:EXAMPLES])}"] if places else []
