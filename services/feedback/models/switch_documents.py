"""Request and response schemas of networks and of changing them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from shared.web.requests.fields import NO_NUL

SKIPPED_LISTED = 50
NAME_LENGTH = 500


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
