"""Delete the embeddings of a network that is not used any more."""

from uuid import UUID

from sqlalchemy import Connection, text

from shared.db.connection.locks import Lock, wait_for_lock
from shared.db.models.models import find_live_model
from shared.db.models.switching.switches import find_open_switch, lock_open_switch
from shared.errors import Conflict, NotFound


def find_forgettable(connection: Connection, name: str) -> int:
    """Return the id of a network whose embeddings may be deleted; it stays so in this transaction.

    Raises:
        NotFound: no network of this name has made embeddings.
        Conflict: it is live, or a switch to or from it is not finished.
    """
    wait_for_lock(connection, Lock.PROMOTIONS)
    lock_open_switch(connection)
    backbone_id: int | None = connection.scalar(
        text("SELECT id FROM backbones WHERE name = :name"), {"name": name}
    )
    if backbone_id is None:
        raise NotFound(f"No network {name} is known; tagloop backbone status lists them.")
    live = find_live_model(connection)
    if live is not None and live.backbone_id == backbone_id:
        raise Conflict(f"{name} is the live network; its embeddings are in use.")
    switch = find_open_switch(connection)
    if switch is not None and (switch.name == name or switch.from_backbone_id == backbone_id):
        raise Conflict(f"The switch to {switch.name} is not finished and needs these embeddings.")
    return backbone_id


def delete_embeddings(
    connection: Connection, backbone_id: int, after: UUID, limit: int
) -> tuple[int, UUID | None]:
    """Delete the next embeddings of a network; return how many, and the last image.

    The image is None once there are no more.
    """
    row = connection.execute(
        text("""
            WITH chosen AS (
                SELECT image_id FROM embeddings
                WHERE backbone_id = :backbone_id AND image_id > :after
                ORDER BY image_id LIMIT :limit
            ), gone AS (
                DELETE FROM embeddings USING chosen
                WHERE embeddings.image_id = chosen.image_id AND backbone_id = :backbone_id
                RETURNING embeddings.image_id
            )
            SELECT count(*) AS images,
                   (SELECT image_id FROM gone ORDER BY image_id DESC LIMIT 1) AS last
            FROM gone
        """),
        {"backbone_id": backbone_id, "after": after, "limit": limit},
    ).one()
    return row.images, row.last
