"""`/v1/images/statuses`: the status of many images in one small response."""

from typing import Any

from flask_openapi3 import APIBlueprint
from flask_openapi3 import Tag as ApiTag

from services.catalog.documents import ImageStatuses, StatusesQuery
from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.images.images import find_statuses
from shared.web.context import context

statuses = APIBlueprint("statuses", __name__, abp_tags=[ApiTag(name="images")])


@statuses.post(
    "/v1/images/statuses",
    summary="Get the status of many images",
    responses={200: ImageStatuses},
)
def post_statuses(body: StatusesQuery) -> dict[str, Any]:
    """Use this to wait for many images with few small requests."""
    with transaction(context().engine) as connection:
        rows = find_statuses(connection, body.ids, caller_access())
    return {
        "images": [
            {
                "id": str(row["id"]),
                "status": row["status"],
                "error": row["error"] if row["status"] == "failed" else None,
            }
            for row in rows
        ]
    }
