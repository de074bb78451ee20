"""Queries about deliveries for the API: list, get, send again."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, RowMapping, Select, func, select, update

from shared.db.images.notifications import notify_deliveries
from shared.db.owners.access import Access
from shared.db.schema import deliveries, endpoints
from shared.db.schema.base import now


def list_deliveries(
    connection: Connection,
    access: Access,
    *,
    endpoint_id: UUID | None = None,
    image_id: UUID | None = None,
    event: str | None = None,
    status: str | None = None,
    before: UUID | None,
    limit: int,
) -> Sequence[RowMapping]:
    """Return the deliveries that the caller may see and that match the filters, newest first."""
    query = _select().order_by(deliveries.c.id.desc()).limit(limit)
    filters = (
        (deliveries.c.owner, access.owner),
        (deliveries.c.endpoint_id, endpoint_id),
        (deliveries.c.image_id, image_id),
        (deliveries.c.type, event),
        (deliveries.c.status, status),
    )
    for column, value in filters:
        if value is not None:
            query = query.where(column == value)
    if before is not None:
        query = query.where(deliveries.c.id < before)
    return connection.execute(query).mappings().all()


def find_delivery(connection: Connection, delivery_id: UUID, access: Access) -> RowMapping | None:
    """Return a delivery that the caller may see, with its receiver's `url` and `disabled_at`."""
    query = _select().where(deliveries.c.id == delivery_id)
    if access.owner is not None:
        query = query.where(deliveries.c.owner == access.owner)
    return connection.execute(query).mappings().first()


def replay(connection: Connection, delivery_id: UUID) -> None:
    """Make a delivery due now, with a full number of attempts."""
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery_id)
        .values(status="waiting", attempts=0, due_at=now, claim=None, error=None, finished_at=None)
    )
    notify_deliveries(connection)


def _select() -> Select[tuple[object, ...]]:
    url = func.coalesce(endpoints.c.url, deliveries.c.callback_url).label("url")
    return select(deliveries, url, endpoints.c.disabled_at).outerjoin(
        endpoints, endpoints.c.id == deliveries.c.endpoint_id
    )
