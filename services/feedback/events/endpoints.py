"""`/v1/endpoints`: create, change and delete endpoints, which receive events."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from flask_openapi3 import APIBlueprint, Tag
from sqlalchemy import Connection, RowMapping

from services.feedback.documents import PageQuery
from services.feedback.events.endpoint_documents import (
    Endpoint,
    EndpointChanges,
    EndpointPath,
    Endpoints,
    NewEndpoint,
    RegisteredEndpoint,
)
from shared.auth.authentication import caller_access
from shared.auth.signing import new_secret
from shared.db.connection.engine import transaction
from shared.db.events.endpoints import (
    change_endpoint,
    delete_endpoint,
    enable_endpoint,
    find_endpoint,
    insert_endpoint,
    list_endpoints,
    rotate_secret,
)
from shared.db.events.event_types import ALL, MODEL_PROMOTED, OF_IMAGES
from shared.errors import BadRequest, NotFound
from shared.fetch import check_url
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context
from shared.web.requests.cursors import cut_page, decode_id_cursor

# Both secrets sign for this long, which gives receivers time to switch.
OVERLAP_HOURS = 24

endpoints = APIBlueprint("endpoints", __name__, abp_tags=[Tag(name="events")])


@endpoints.post(
    "/v1/endpoints",
    summary="Create an endpoint",
    responses={201: RegisteredEndpoint, 400: ProblemDocument},
)
def post_endpoint(body: NewEndpoint) -> tuple[dict[str, Any], int]:
    """Messages follow the Standard Webhooks specification and are signed with the secret in this
    response.
    """
    here = context()
    owner = caller_access().narrow(body.owner)
    events = body.events or (ALL if owner is None else OF_IMAGES)
    _check_events(events, owner)
    check_url(body.url, here.settings.delivery_allowed_hosts)
    with transaction(here.engine) as connection:
        row = insert_endpoint(
            connection,
            url=body.url,
            events=events,
            owner=owner,
            description=body.description,
            secret=new_secret(),
        )
    return RegisteredEndpoint(**row).model_dump(mode="json"), 201


@endpoints.get(
    "/v1/endpoints", summary="List endpoints", responses={200: Endpoints, 400: ProblemDocument}
)
def get_endpoints(query: PageQuery) -> dict[str, Any]:
    """Newest first, without secrets."""
    with transaction(context().engine) as connection:
        rows = list_endpoints(
            connection,
            caller_access(),
            before=decode_id_cursor(query.cursor) if query.cursor else None,
            limit=query.limit + 1,
        )
    page, cursor = cut_page(rows, query.limit, lambda row: row["id"])
    return {"endpoints": [_describe(row) for row in page], "next": cursor}


@endpoints.get(
    "/v1/endpoints/<endpoint_id>",
    summary="Get an endpoint",
    responses={200: Endpoint, 404: ProblemDocument},
)
def get_endpoint(path: EndpointPath) -> dict[str, Any]:
    """Includes whether the endpoint is enabled, and if not, since when."""
    with transaction(context().engine) as connection:
        return _describe(_find(connection, path.endpoint_id))


@endpoints.patch(
    "/v1/endpoints/<endpoint_id>",
    summary="Change an endpoint",
    responses={200: Endpoint, 400: ProblemDocument, 404: ProblemDocument},
)
def patch_endpoint(path: EndpointPath, body: EndpointChanges) -> dict[str, Any]:
    """Pending deliveries go to the new address. The secret and past deliveries stay."""
    here = context()
    changes = body.model_dump(exclude_none=True)
    if body.url is not None:
        check_url(body.url, here.settings.delivery_allowed_hosts)
    with transaction(here.engine) as connection:
        row = _find(connection, path.endpoint_id)
        _check_events(body.events or (), row["owner"])
        if changes:
            change_endpoint(connection, path.endpoint_id, changes)
        return _describe(_find(connection, path.endpoint_id))


@endpoints.delete(
    "/v1/endpoints/<endpoint_id>",
    summary="Delete an endpoint",
    responses={204: None, 404: ProblemDocument},
)
def remove_endpoint(path: EndpointPath) -> tuple[str, int]:
    """Also deletes the endpoint's deliveries, including pending ones."""
    with transaction(context().engine) as connection:
        _find(connection, path.endpoint_id)
        delete_endpoint(connection, path.endpoint_id)
    return "", 204


@endpoints.post(
    "/v1/endpoints/<endpoint_id>/enable",
    summary="Enable an endpoint",
    responses={200: Endpoint, 404: ProblemDocument},
)
def post_enable(path: EndpointPath) -> dict[str, Any]:
    """Deliveries that failed while the endpoint was disabled can be sent again."""
    with transaction(context().engine) as connection:
        _find(connection, path.endpoint_id)
        enable_endpoint(connection, path.endpoint_id)
        return _describe(_find(connection, path.endpoint_id))


@endpoints.post(
    "/v1/endpoints/<endpoint_id>/rotate",
    summary="Rotate an endpoint's secret",
    responses={200: RegisteredEndpoint, 404: ProblemDocument, 409: ProblemDocument},
)
def post_rotate(path: EndpointPath) -> dict[str, Any]:
    """Messages are signed with both the old and the new secret for one day.

    Rotating again within that day keeps all earlier secrets until their day ends.
    """
    with transaction(context().engine) as connection:
        _find(connection, path.endpoint_id)
        rotate_secret(connection, path.endpoint_id, new_secret(), OVERLAP_HOURS)
        row = _find(connection, path.endpoint_id)
    return RegisteredEndpoint(**row).model_dump(mode="json")


def _check_events(events: Collection[str], owner: str | None) -> None:
    if owner is not None and MODEL_PROMOTED in events:
        raise BadRequest(
            f"{MODEL_PROMOTED} concerns no single owner; leave out the event or the owner."
        )


def _find(connection: Connection, endpoint_id: UUID) -> RowMapping:
    row = find_endpoint(connection, endpoint_id, caller_access())
    if row is None:
        raise NotFound(f"There is no endpoint {endpoint_id}; GET /v1/endpoints lists them.")
    return row


def _describe(row: RowMapping) -> dict[str, Any]:
    return Endpoint(**row).model_dump(mode="json")
