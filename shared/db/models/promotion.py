"""Queries about new versions of the head and about which one is live."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, text, update

from shared.db.connection.locks import Lock, wait_for_lock
from shared.db.events.events import report_promotion
from shared.db.models.models import LiveModel, find_live_model
from shared.db.schema import models
from shared.errors import Conflict, NotFound


def lock_live_model(connection: Connection) -> LiveModel | None:
    """Return the live version; it stays live until this transaction ends or changes it."""
    wait_for_lock(connection, Lock.PROMOTIONS)
    return find_live_model(connection)


def insert_candidate(
    connection: Connection,
    parent: LiveModel,
    blob: str,
    reason: str,
    metrics: Mapping[str, Any],
    *,
    rejected: bool,
    backbone_id: int | None = None,
) -> int:
    """Insert a version that was made from the live one, or compared with it; return its number.

    backbone_id: of the network that the version is for; None: the live one's.
    """
    statement = insert(models).values(
        backbone_id=parent.backbone_id if backbone_id is None else backbone_id,
        status="rejected" if rejected else "candidate",
        blob=blob,
        metrics=metrics,
        parent=parent.version,
        reason=reason,
    )
    return connection.execute(statement.returning(models.c.version)).scalar_one()


def find_blob(connection: Connection, version: int) -> str | None:
    """Return where the head of a version is stored; None if there is none that is kept."""
    query = select(models.c.blob).where(models.c.version == version, models.c.thinned_at.is_(None))
    return connection.scalar(query)


def promote(connection: Connection, version: int) -> bool:
    """Make a version live instead of the present one; return False if it is live already.

    Raises:
        NotFound: there is no such version.
        Conflict: it was made for another backbone than the stored embeddings, or its file is gone.
    """
    live = lock_live_model(connection)
    found = connection.execute(
        select(models.c.backbone_id, models.c.thinned_at).where(models.c.version == version)
    ).first()
    if live is None or found is None:
        raise NotFound(f"There is no version {version}; GET /v1/models lists them all.")
    if found.backbone_id != live.backbone_id:
        raise Conflict(
            f"Version {version} belongs to another network than {live.backbone}, which is live; "
            "to change the network: tagloop backbone switch"
        )
    if version == live.version:
        return False
    if found.thinned_at is not None:
        raise Conflict(
            f"The file of version {version} was deleted on {found.thinned_at:%Y-%m-%d} to save "
            "space; promote a version whose `thinned_at` in GET /v1/models is null."
        )
    make_live(connection, live, version, live.backbone)
    return True


def make_live(connection: Connection, live: LiveModel, version: int, backbone: str) -> None:
    """Replace the live version with another one of this backbone, and tell the endpoints.

    Only while `lock_live_model` is held.

    Raises:
        Conflict: another version is live by now.
    """
    _flip(connection, live.version, version)
    report_promotion(
        connection, {"version": version, "replaces": live.version, "backbone": backbone}
    )


def _flip(connection: Connection, old: int, new: int) -> None:
    retired = connection.execute(
        update(models)
        .where(models.c.version == old, models.c.status == "live")
        .values(status="retired")
    )
    promoted = connection.execute(
        update(models)
        .where(models.c.version == new, models.c.status != "live")
        .values(status="live", promoted_at=text("now()"))
    )
    if (retired.rowcount, promoted.rowcount) != (1, 1):
        raise Conflict(f"Version {new} cannot take the place of {old}: another one was promoted.")
