"""`/v1/owners/{owner}/export`: all of an owner's images with their tags, as a file."""

import json
from collections.abc import Iterator
from urllib.parse import quote
from uuid import UUID

from flask import Response
from flask_openapi3 import APIBlueprint
from flask_openapi3 import Tag as ApiTag

from services.catalog.owners.profiles import OwnerPath, owner_of
from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.owners.owners import count_images_of, list_images_of
from shared.errors import NotFound
from shared.web.answers.image_document import describe_images
from shared.web.answers.problems import ProblemDocument
from shared.web.context import Context, context

JSON_LINES = "application/jsonl"
# Read at once; memory and transactions stay small, however many images there are.
IMAGES_AT_ONCE = 200

owner_export = APIBlueprint("owner_export", __name__, abp_tags=[ApiTag(name="images")])


@owner_export.get(
    "/v1/owners/<path:owner>/export",
    summary="Export an owner's images and tags",
    responses={
        200: {"description": "One image a line", "content": {JSON_LINES: {"schema": {}}}},
        403: ProblemDocument,
        404: ProblemDocument,
    },
)
def get_export(path: OwnerPath) -> Response:
    """One JSON document a line, as in `GET /v1/images/{image_id}`, the oldest image first.

    The files themselves are at the `url` of each image, followed by `/file`.
    """
    owner = owner_of(path)
    caller_access().narrow(owner)
    with transaction(context().engine) as connection:
        if not count_images_of(connection, owner):
            raise NotFound(f"There are no images of {path.owner!r}.")
    response = Response(_lines(context(), owner), mimetype=JSON_LINES)
    # The name as RFC 6266 writes any letters, and a plain one for programs that do not read it.
    name = quote(f"tagloop-{path.owner}.jsonl", safe="")
    response.headers["Content-Disposition"] = (
        f"attachment; filename=tagloop.jsonl; filename*=UTF-8''{name}"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _lines(here: Context, owner: str) -> Iterator[bytes]:
    """Yield the lines of some images at a time, as fast as the client reads.

    This runs after the request, so everything that depends on it has to be passed in.
    """
    after: UUID | None = None
    while True:
        with transaction(here.engine) as connection:
            rows = list_images_of(connection, owner, after, IMAGES_AT_ONCE)
            documents = describe_images(connection, here.vocabulary, rows)
        if not rows:
            return
        after = rows[-1]["id"]
        yield "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in documents).encode()
