"""`POST /v1/images`: upload pictures."""

import sys
import time
from typing import Any
from uuid import UUID

from flask import request
from flask_openapi3 import APIBlueprint, Tag

from services.ingest.body import read_body
from services.ingest.documents import (
    UPLOAD_BODY,
    AcceptedImage,
    KnownImages,
    KnownQuery,
)
from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.images.images import find_image, find_known
from shared.web.answers.image_document import describe_images, image_url
from shared.web.answers.problems import ProblemDocument, problem_of
from shared.web.context import context
from shared.web.uploads.intake import Intake
from shared.web.uploads.outcome import status_of, wait_until_done
from shared.web.uploads.overload import refuse_overload

Document = dict[str, Any]
Answer = tuple[Document, int, dict[str, str]]

# The header that tells why a request with wait= was not held.
WAIT_HEADER = "Tagloop-Wait"
WAIT_REFUSED = "full"

ingest = APIBlueprint("ingest", __name__, abp_tags=[Tag(name="ingest")])


@ingest.post(
    "/v1/images",
    summary="Upload images",
    openapi_extensions={"requestBody": UPLOAD_BODY},
    responses={
        202: AcceptedImage,
        400: ProblemDocument,
        413: ProblemDocument,
        415: ProblemDocument,
        503: ProblemDocument,
    },
)
def post_images() -> Answer:
    """One picture or many; the tags come later, or at once with `wait`.

    Where too many requests wait already, the 202 comes at once, with `Tagloop-Wait: full`. owner,
    hashtags, callback_url, metadata and wait may be in the body or in the query. The same bytes
    from the same owner are the same image.
    """
    arrived_at = time.monotonic()
    refuse_overload()
    # The body is read in pieces, and each kind of piece has its own limit.
    request.max_content_length = sys.maxsize
    intake = Intake(context())
    try:
        options = read_body(request, intake)
        options.owner = caller_access().narrow(options.owner or None) or ""
    # Any exception: a client that disconnects midway must leave no files behind.
    except BaseException:
        intake.discard()
        raise
    known = intake.commit(options)
    if len(intake.offered) > 1:
        return _answer_many(intake, known)
    if intake.offered[0].refusal is not None:
        raise intake.offered[0].refusal
    seconds = min(options.wait, context().settings.max_wait_seconds)
    image_id = known[intake.offered[0].id]
    document, status, headers = _answer_one(intake.offered[0].id, known, arrived_at + seconds)
    return {**document, **_not_kept(intake, image_id)}, status, headers


@ingest.post(
    "/v1/images/known",
    summary="Find images by the digest of their file",
    responses={200: KnownImages},
)
def post_known(body: KnownQuery) -> Document:
    """A client that hashes its files can send only the new ones."""
    owner = caller_access().narrow(body.owner or None) or ""
    digests = [bytes.fromhex(digest) for digest in body.sha256]
    with transaction(context().engine) as connection:
        known = find_known(connection, owner, digests)
    return {"known": {digest.hex(): str(image_id) for digest, image_id in known.items()}}


def _answer_one(own_id: UUID, known: dict[UUID, UUID], deadline: float) -> Answer:
    image_id = known[own_id]
    is_new = image_id == own_id
    headers = {}
    if deadline > time.monotonic():
        with context().room.place() as has_place:
            if wait_until_done(image_id, deadline if has_place else 0):
                return _describe(image_id), 200, {}
            if not has_place:
                headers = {WAIT_HEADER: WAIT_REFUSED}
    status = "queued" if is_new else status_of(image_id)
    return _accepted(image_id, status), 202 if is_new else 200, headers


def _not_kept(intake: Intake, image_id: UUID) -> Document:
    """Return the names of hashtags and metadata that a known image could not take, if any."""
    names = intake.not_kept.get(image_id)
    return {"not_kept": names} if names else {}


def _answer_many(intake: Intake, known: dict[UUID, UUID]) -> Answer:
    images = []
    for picture in intake.offered:
        if picture.refusal is not None:
            problem = problem_of(picture.refusal)
            images.append({"filename": picture.filename, "status": "refused", "problem": problem})
        else:
            image_id = known[picture.id]
            status = "queued" if image_id == picture.id else status_of(image_id)
            accepted = {**_accepted(image_id, status), **_not_kept(intake, image_id)}
            images.append({"filename": picture.filename, **accepted})
    return {"images": images}, 202, {}


def _accepted(image_id: UUID, status: str) -> dict[str, str]:
    return {"id": str(image_id), "status": status, "url": image_url(image_id)}


def _describe(image_id: UUID) -> Document:
    with transaction(context().engine) as connection:
        row = find_image(connection, image_id, caller_access())
        return (
            describe_images(connection, context().vocabulary, [row])[0]
            if row
            else _accepted(image_id, "failed")
        )
