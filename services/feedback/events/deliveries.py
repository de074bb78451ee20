"""`/v1/deliveries`: list deliveries and send them again."""

import json
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field
from sqlalchemy import Connection, RowMapping

from services.feedback.documents import PageQuery
from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.events.deliveries import find_delivery, list_deliveries, replay
from shared.db.events.event_types import EventType
from shared.errors import Conflict, NotFound
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context
from shared.web.requests.cursors import cut_page, decode_id_cursor

Status = Literal["waiting", "delivered", "failed"]

deliveries = APIBlueprint("deliveries", __name__, abp_tags=[Tag(name="events")])


class DeliveriesQuery(PageQuery):
    """Filters of the list."""

    endpoint: UUID | None = Field(None, description="only to this one")
    image: UUID | None = Field(None, description="only about this one")
    type: EventType | None = Field(None, description="only events of this type")
    status: Status | None = None


class DeliveryDocument(BaseModel):
    """A message to one receiver."""

    id: UUID = Field(description="the webhook-id that the receiver sees")
    type: EventType
    endpoint: UUID | None = Field(description="null: an upload's callback_url")
    url: str
    image: UUID | None
    status: Status
    attempts: int
    occurred_at: datetime
    due_at: datetime | None = Field(description="the next attempt; null: there is none")
    finished_at: datetime | None
    answer: int | None = Field(description="HTTP status of the last attempt")
    error: str | None = Field(description="why the last attempt failed")


class SentDelivery(DeliveryDocument):
    """A delivery with its body."""

    message: dict[str, Any] | None = Field(description="null before the first attempt")


class Deliveries(BaseModel):
    """A page of deliveries, newest first."""

    deliveries: list[DeliveryDocument]
    next: str | None = Field(description="cursor of the next page")


class DeliveryPath(BaseModel):
    """Id of a delivery."""

    delivery_id: UUID


@deliveries.get(
    "/v1/deliveries", summary="List deliveries", responses={200: Deliveries, 400: ProblemDocument}
)
def get_deliveries(query: DeliveriesQuery) -> dict[str, Any]:
    """Newest first. Finished deliveries are deleted after 30 days."""
    with transaction(context().engine) as connection:
        rows = list_deliveries(
            connection,
            caller_access(),
            endpoint_id=query.endpoint,
            image_id=query.image,
            event=query.type,
            status=query.status,
            before=decode_id_cursor(query.cursor) if query.cursor else None,
            limit=query.limit + 1,
        )
    page, cursor = cut_page(rows, query.limit, lambda row: row["id"])
    return {
        "deliveries": [DeliveryDocument(**_read(row)).model_dump(mode="json") for row in page],
        "next": cursor,
    }


@deliveries.get(
    "/v1/deliveries/<delivery_id>",
    summary="Get a delivery",
    responses={200: SentDelivery, 404: ProblemDocument},
)
def get_delivery(path: DeliveryPath) -> dict[str, Any]:
    """Includes the body as it was sent."""
    with transaction(context().engine) as connection:
        return _describe(_find(connection, path.delivery_id))


@deliveries.post(
    "/v1/deliveries/<delivery_id>/replay",
    summary="Send a delivery again",
    responses={202: SentDelivery, 404: ProblemDocument, 409: ProblemDocument},
)
def post_replay(path: DeliveryPath) -> tuple[dict[str, Any], int]:
    """Sends the same message with the same id at once, with all retries available again."""
    with transaction(context().engine) as connection:
        row = _find(connection, path.delivery_id)
        if row["disabled_at"] is not None:
            raise Conflict(
                "Its endpoint is disabled; POST "
                f"/v1/endpoints/{row['endpoint_id']}/enable comes first."
            )
        replay(connection, path.delivery_id)
        return _describe(_find(connection, path.delivery_id)), 202


def _find(connection: Connection, delivery_id: UUID) -> RowMapping:
    row = find_delivery(connection, delivery_id, caller_access())
    if row is None:
        raise NotFound(f"There is no delivery {delivery_id}; GET /v1/deliveries lists them.")
    return row


def _describe(row: RowMapping) -> dict[str, Any]:
    message = None if row["body"] is None else json.loads(row["body"])
    return SentDelivery(**_read(row), message=message).model_dump(mode="json")


def _read(row: RowMapping) -> dict[str, Any]:
    """Return a row under the field names of the API."""
    is_waiting = row["status"] == "waiting"
    return {
        **row,
        "endpoint": row["endpoint_id"],
        "image": row["image_id"],
        "due_at": row["due_at"] if is_waiting else None,
    }
