"""Queries about the steps of a switch: prepared, embedded, learned, live."""

from collections.abc import Sequence

from sqlalchemy import Connection, text, update

from shared.db.models.models import LiveModel
from shared.db.models.switching.switches import Switch
from shared.db.schema import backbone_switches


def count_attempt(connection: Connection, switch: Switch) -> int | None:
    """Count another attempt at the present step; return its number, or None if the step is over."""
    attempt: int | None = connection.scalar(
        text("""
            UPDATE backbone_switches SET attempts = attempts + 1
            WHERE id = :id AND status = :status RETURNING attempts
        """),
        {"id": switch.id, "status": switch.status},
    )
    return attempt


def take_back_attempt(connection: Connection, switch: Switch) -> None:
    """Do not count the last attempt: it failed for a reason that passes."""
    connection.execute(
        text("""
            UPDATE backbone_switches SET attempts = greatest(attempts - 1, 0)
            WHERE id = :id AND status = :status
        """),
        {"id": switch.id, "status": switch.status},
    )


def begin_embedding(
    connection: Connection, switch: Switch, backbone_id: int, base_version: int
) -> bool:
    """Count the images to embed and let all workers begin; return False if it was aborted."""
    begun = connection.execute(
        text("""
            UPDATE backbone_switches
            SET status = 'embedding', attempts = 0, backbone_id = :backbone_id,
                base_version = :base_version, started_at = now(), advanced_at = now(),
                problem = NULL, total = (
                    SELECT count(*) FROM images
                    WHERE status = 'tagged' AND same_as IS NULL AND NOT EXISTS (
                        SELECT FROM embeddings
                        WHERE image_id = images.id AND backbone_id = :backbone_id
                    )
                )
            WHERE id = :id AND status = 'preparing'
        """),
        {"id": switch.id, "backbone_id": backbone_id, "base_version": base_version},
    )
    return begun.rowcount == 1


def report_learning(connection: Connection, switch: Switch, stage: str, progress: float) -> bool:
    """Store the stage and progress, 0 to 1, of learning; return False if it is over."""
    reported = connection.execute(
        update(backbone_switches)
        .where(backbone_switches.c.id == switch.id, backbone_switches.c.status == "learning")
        .values(stage=stage, progress=progress)
    )
    return reported.rowcount == 1


def note_problem(connection: Connection, switch: Switch, problem: str) -> None:
    """Note what holds a switch up."""
    connection.execute(
        update(backbone_switches)
        .where(backbone_switches.c.id == switch.id, backbone_switches.c.finished_at.is_(None))
        .values(problem=problem)
    )


def mark_live(connection: Connection, switch: Switch, version: int, reason: str) -> bool:
    """Note, in the commit that makes its version live, that a switch only has to finish.

    Images that were uploaded lately are looked for once more from the beginning. Return False if
    the switch was aborted.
    """
    marked = connection.execute(
        text("""
            UPDATE backbone_switches
            SET status = 'finishing', version = :version, reason = :reason, promoted_at = now(),
                problem = NULL, stage = '', progress = 1, attempts = 0, found = 0,
                position = DEFAULT
            WHERE id = :id AND status = 'learning'
        """),
        {"id": switch.id, "version": version, "reason": reason},
    )
    return marked.rowcount == 1


def find_base(connection: Connection, backbone_id: int) -> LiveModel | None:
    """Return the version whose head stands for a network: the last that was live, or its first."""
    row = connection.execute(
        text("""
            SELECT version, backbone_id, backbones.name, blob, weights
            FROM models JOIN backbones ON backbones.id = backbone_id
            WHERE backbone_id = :backbone_id AND thinned_at IS NULL
              AND (promoted_at IS NOT NULL OR parent IS NULL)
            ORDER BY promoted_at DESC NULLS LAST, version LIMIT 1
        """),
        {"backbone_id": backbone_id},
    ).first()
    return None if row is None else LiveModel(*row)


def find_groups_to_learn(connection: Connection) -> Sequence[str | None]:
    """Return the owners whose tags people have corrected; None stands for shared tags."""
    owners = connection.scalars(
        text("""
            SELECT DISTINCT tags.owner FROM corrections JOIN tags ON tags.id = tag_id
            WHERE run_id IS NOT NULL AND NOT set_aside
        """)
    ).all()
    return sorted(owners, key=lambda owner: (owner is not None, owner or ""))
