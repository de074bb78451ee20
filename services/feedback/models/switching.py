"""`/v1/backbone`: the networks that have made embeddings, and the change from one to another."""

from typing import Any
from uuid import UUID

from flask_openapi3 import APIBlueprint, Tag

from services.feedback.models.switch_documents import (
    SKIPPED_LISTED,
    Forgotten,
    LastSwitch,
    NetworkDocument,
    NetworkName,
    Networks,
    SkippedImage,
    SwitchDocument,
    SwitchRequest,
)
from shared.db.connection.engine import transaction
from shared.db.models.switching.forgetting import delete_embeddings, find_forgettable
from shared.db.models.switching.reading import find_last_switch, list_networks, list_skipped
from shared.db.models.switching.switches import abort_switch, find_former_network, request_switch
from shared.errors import Conflict, NotFound
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context

# Embeddings that one transaction deletes.
DELETED_AT_ONCE = 2_000

switching = APIBlueprint("switching", __name__, abp_tags=[Tag(name="models")])


@switching.get("/v1/backbone", summary="List networks", responses={200: Networks})
def get_networks() -> dict[str, Any]:
    """Includes how many embeddings each has."""
    with transaction(context().engine) as connection:
        rows = list_networks(connection)
    return Networks(networks=[NetworkDocument(**row) for row in rows]).model_dump(mode="json")


@switching.get(
    "/v1/backbone/switch", summary="Get the change of the network", responses={200: LastSwitch}
)
def get_switch() -> dict[str, Any]:
    """The change in progress, or the last one, with its progress."""
    document = _describe_last()
    return LastSwitch(switch=document).model_dump(mode="json")


@switching.post(
    "/v1/backbone/switch",
    summary="Change the network",
    responses={202: SwitchDocument, 409: ProblemDocument},
)
def post_switch(body: SwitchRequest) -> tuple[dict[str, Any], int]:
    """Workers embed all images with the new network while the present one serves.

    Then the learned tags are learned again, and one commit makes the network live.
    """
    return _begin(body.backbone, body.weights, gated=body.gate)


@switching.post(
    "/v1/backbone/back",
    summary="Return to the former network",
    responses={202: SwitchDocument, 409: ProblemDocument},
)
def post_back() -> tuple[dict[str, Any], int]:
    """Changes to the network that was live before, without asking the gate.

    Only images that arrived since have to be embedded.
    """
    with transaction(context().engine) as connection:
        former = find_former_network(connection)
    if former is None:
        raise Conflict("There is no former network: the live one has replaced none.")
    return _begin(former, None, gated=False)


@switching.post(
    "/v1/backbone/switch/abort",
    summary="Abort the change of the network",
    responses={200: SwitchDocument, 409: ProblemDocument},
)
def post_abort() -> dict[str, Any]:
    """The present network stays. Embeddings that were made are kept for another attempt."""
    with transaction(context().engine) as connection:
        abort_switch(connection)
    return _existing(_describe_last())


@switching.post(
    "/v1/backbone/forget",
    summary="Delete a network's embeddings",
    responses={200: Forgotten, 404: ProblemDocument, 409: ProblemDocument},
)
def post_forget(body: NetworkName) -> dict[str, Any]:
    """Frees the disk space of a network that is not live. Its versions stay."""
    here = context()
    deleted, last = 0, UUID(int=0)
    while True:
        with transaction(here.engine) as connection:
            backbone_id = find_forgettable(connection, body.backbone)
            images, end = delete_embeddings(connection, backbone_id, last, DELETED_AT_ONCE)
        deleted += images
        if end is None:
            return {"embeddings": deleted}
        last = end


def _begin(name: str, weights: str | None, *, gated: bool) -> tuple[dict[str, Any], int]:
    with transaction(context().engine) as connection:
        request_switch(connection, name, weights, gated=gated)
    return _existing(_describe_last()), 202


def _describe_last() -> SwitchDocument | None:
    with transaction(context().engine) as connection:
        row = find_last_switch(connection)
        if row is None:
            return None
        skipped = list_skipped(connection, row["id"], SKIPPED_LISTED)
    images = [SkippedImage(**image) for image in skipped]
    return SwitchDocument(**row, skipped_images=images)


def _existing(document: SwitchDocument | None) -> dict[str, Any]:
    if document is None:
        raise NotFound("There is no switch.")
    return document.model_dump(mode="json")
