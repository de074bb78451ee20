"""Queries that request, find, end and abort a switch."""

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import IntegrityError

from shared.db.models.models import find_live_model
from shared.db.schema import backbone_switches, backbones
from shared.errors import Conflict

NO_MODEL = "There is no model yet: the first worker makes it when it starts; start one."


@dataclass(frozen=True)
class Switch:
    """A switch that is not finished.

    name, weights: of the network that is to go live, as a worker loads it. backbone_id,
    base_version: known once a worker has prepared it. is_settled: the network went live so long ago
    that no worker still works with the former one.
    """

    id: int
    status: str
    name: str
    weights: str | None
    backbone_id: int | None
    from_backbone_id: int
    base_version: int | None
    gated: bool
    attempts: int
    is_settled: bool


# This long after a network went live, no transaction that began before it is still storing images
# of the former one.
SETTLED_SECONDS = 5.0
_OPEN = text("""
    SELECT id, status, name, weights, backbone_id, from_backbone_id, base_version, gated, attempts,
           coalesce(promoted_at < now() - make_interval(secs => :settled), false) AS is_settled
    FROM backbone_switches WHERE finished_at IS NULL
""")


def find_open_switch(connection: Connection) -> Switch | None:
    """Return the switch that is not finished; there is at most one."""
    row = connection.execute(_OPEN, {"settled": SETTLED_SECONDS}).first()
    return None if row is None else Switch(*row)


def lock_open_switch(connection: Connection) -> None:
    """Keep others from changing the open switch or its chunks until the transaction ends.

    Transactions that change both lock the switch first.
    """
    connection.execute(text("SELECT FROM backbone_switches WHERE finished_at IS NULL FOR UPDATE"))


def request_switch(
    connection: Connection, name: str, weights: str | None, *, gated: bool = True
) -> int:
    """Begin a switch to a network; return its id.

    gated: whether it goes live only if it is no worse than the present network on held-out
    corrections.

    Raises:
        Conflict: there is no model yet, the network is live already, other weights are known by
            its name, or another switch is not finished.
    """
    live = find_live_model(connection)
    if live is None:
        raise Conflict(NO_MODEL)
    if live.backbone == name:
        raise Conflict(f"{name} is the live network already; name another one.")
    known = connection.execute(select(backbones.c.weights).where(backbones.c.name == name)).first()
    if known is not None and weights not in (None, known.weights):
        raise Conflict(
            f"{name} is known with the weights {known.weights or 'of its package or the hub'}; "
            "embeddings of other weights must not mix with its own. Name it without weights."
        )
    statement = insert(backbone_switches).values(
        name=name,
        weights=weights if known is None else known.weights,
        from_backbone_id=live.backbone_id,
        gated=gated,
    )
    try:
        with connection.begin_nested():
            return connection.execute(statement.returning(backbone_switches.c.id)).scalar_one()
    except IntegrityError as error:
        raise Conflict(_describe_open(connection)) from error


def _describe_open(connection: Connection) -> str:
    switch = find_open_switch(connection)
    name = "another network" if switch is None else switch.name
    return (
        f"A switch to {name} is not finished; wait for its end (tagloop backbone status) or give "
        "it up (tagloop backbone switch --abort)."
    )


def find_former_network(connection: Connection) -> str | None:
    """Return the network that the live one has replaced; None if there was none."""
    query = text("""
        SELECT former.name FROM backbone_switches
        JOIN backbones AS former ON former.id = from_backbone_id
        JOIN models ON models.backbone_id = backbone_switches.backbone_id
        WHERE models.status = 'live' AND backbone_switches.promoted_at IS NOT NULL
        ORDER BY backbone_switches.promoted_at DESC LIMIT 1
    """)
    found: str | None = connection.scalar(query)
    return found


def end_switch(
    connection: Connection,
    switch_id: int,
    status: str,
    reason: str | None = None,
    version: int | None = None,
) -> bool:
    """End a switch: "done", "failed" or "aborted"; return False if it has ended already.

    reason: None keeps the one that it has. A network that is live stays live.
    """
    ended = connection.execute(
        text("""
            UPDATE backbone_switches
            SET status = :status, reason = coalesce(:reason, reason), finished_at = now(),
                version = coalesce(:version, version), problem = NULL, stage = ''
            WHERE id = :id AND finished_at IS NULL
        """),
        {"id": switch_id, "status": status, "reason": reason, "version": version},
    )
    connection.execute(text("DELETE FROM switch_chunks WHERE switch_id = :id"), {"id": switch_id})
    return ended.rowcount == 1


def abort_switch(connection: Connection) -> int:
    """Give up the switch that is not finished; return its id.

    Raises:
        Conflict: there is none, or its network is live already.
    """
    row = connection.execute(
        text("SELECT id, status, name FROM backbone_switches WHERE finished_at IS NULL FOR UPDATE")
    ).first()
    if row is None:
        raise Conflict("No switch is going on.")
    if row.status == "finishing":
        raise Conflict(
            f"{row.name} is live already; to return to the former network: tagloop backbone back"
        )
    end_switch(connection, row.id, "aborted", "It was aborted.")
    return int(row.id)
