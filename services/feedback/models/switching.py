"""`/v1/backbone`: the networks that have made embeddings, and the change from one to another."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from shared.db.connection.engine import transaction
from shared.db.models.switching.forgetting import delete_embeddings, find_forgettable
from shared.db.models.switching.reading import find_last_switch, list_networks, list_skipped
from shared.db.models.switching.switches import abort_switch, find_former_network, request_switch
from shared.errors import Conflict, NotFound
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context
from shared.web.requests.fields import NO_NUL

SKIPPED_LISTED = 50
NAME_LENGTH = 500
# Embeddings that one transaction deletes.
DELETED_AT_ONCE = 2_000

switching = APIBlueprint("switching", __name__, abp_tags=[Tag(name="models")])


class SwitchRequest(BaseModel):
    """The network to change to."""

    backbone: str = Field(
        min_length=1,
        max_length=NAME_LENGTH,
        pattern=NO_NUL,
        description="its name, as in TAGLOOP_BACKBONE",
    )
    weights: str | None = Field(
        None,
        min_length=1,
        max_length=NAME_LENGTH,
        pattern=NO_NUL,
        description="safetensors file of its weights on the workers' machines, as in "
        "TAGLOOP_BACKBONE_WEIGHTS; null: they come from a package or the hub",
    )
    gate: bool = Field(True, description="refuse a network that is worse on held-out corrections")


class NetworkName(BaseModel):
    """A network that has made embeddings."""

    backbone: str = Field(min_length=1, max_length=NAME_LENGTH, pattern=NO_NUL)


class SkippedImage(BaseModel):
    """An image that cannot be embedded. It keeps its tags."""

    id: UUID
    filename: str | None
    reason: str


class SwitchDocument(BaseModel):
    """A change of the network."""

    id: int
    status: Literal[
        "preparing", "embedding", "learning", "finishing", "done", "failed", "aborted"
    ] = Field(
        description="the network is loaded, all images are embedded, the learned tags are learned "
        "again, late images are embedded"
    )
    backbone: str = Field(description="the network to change to")
    from_backbone: str = Field(description="the network that was live before")
    gated: bool = Field(description="whether it goes live only if it is no worse")
    total: int | None = Field(description="images to embed")
    done: int = Field(description="images that are embedded")
    skipped: int = Field(description="images that cannot be embedded")
    images_per_second: float = Field(description="of late")
    seconds_left: float | None = Field(description="until all images are embedded, if known")
    stage: str = Field(description="what the trainer does now")
    progress: float = Field(description="of learning, 0 to 1")
    problem: str | None = Field(description="what holds it up")
    version: int | None = Field(description="the version that went live, or was refused")
    reason: str | None = Field(description="how it ended and why")
    created_at: datetime
    started_at: datetime | None = Field(description="when the first image was to be embedded")
    promoted_at: datetime | None = Field(description="when the network went live")
    finished_at: datetime | None
    skipped_images: list[SkippedImage] = Field(
        description=f"the first {SKIPPED_LISTED} images that cannot be embedded"
    )


class LastSwitch(BaseModel):
    """The newest change of the network."""

    switch: SwitchDocument | None = Field(description="null: there never was one")


class NetworkDocument(BaseModel):
    """A network and its embeddings."""

    name: str
    is_live: bool
    dimensions: int = Field(description="length of its embeddings")
    weights: str | None = Field(description="file of its weights, if it was named")
    version: int | None = Field(description="the last of its versions that was live")
    embeddings: int = Field(description="how many of its embeddings are stored")


class Networks(BaseModel):
    """The networks that have made embeddings, the live one first."""

    networks: list[NetworkDocument]


class Forgotten(BaseModel):
    """What was deleted."""

    embeddings: int


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
    """Workers embed all images with the new network in the background;

    the present one serves meanwhile.

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
