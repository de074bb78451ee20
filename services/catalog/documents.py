"""Request and response schemas of the catalog API."""

from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, field_validator, model_validator

from shared.web.requests.fields import NO_NUL
from shared.web.requests.parameters import Parameters

LIST_LIMIT = 50
LIST_MAX = 500
IDS_AT_ONCE = 1000
# Each further tag costs the query another look at an index.
MAX_TAGS = 20


class ImageTag(BaseModel):
    """A tag of an image."""

    tag: str = Field(description="the tag's slug")
    name: str
    owner: str | None = Field(description="the tag's owner; null: shared by all")
    confidence: float
    source: str = Field(description="who says so: model or user")
    parents: list[str] = Field(description="slugs of the next wider tags")
    basis: Literal["corrections", "network"] | None = Field(
        None, description="with precision=: what the limit that it reached is based on"
    )


class StackDocument(BaseModel):
    """A stack of near-duplicates."""

    id: str
    size: int = Field(description="how many images it has")
    why: Literal["same", "burst"] = Field(
        description="same: one picture in several sizes or qualities; burst: also pictures of one "
        "moment"
    )


class SuggestedHashtag(BaseModel):
    """A hashtag that an image could have."""

    hashtag: str = Field(description="as the owner writes it, if they do")
    score: float
    sources: list[Literal["tags", "similar", "owner"]] = Field(
        alias="from", description="the image's tags, similar images, or the owner's habits"
    )


class ImageDocument(BaseModel):
    """An image and its tags, the most specific tags first."""

    id: str
    status: Literal["queued", "tagged", "failed"]
    owner: str
    filename: str | None
    url: str
    source_url: str | None
    width: int | None
    height: int | None
    format: str | None
    partial: bool = Field(description="whether its file is incomplete and only a part was decoded")
    decoded_share: float | None = Field(
        description="how much of its rows could be decoded, 0 to 1; null until it is tagged"
    )
    hashtags: list[str]
    suggested_hashtags: list[SuggestedHashtag] | None = Field(
        None, description="with suggest=hashtags: the best first"
    )
    metadata: dict[str, Any]
    created_at: str
    tagged_at: str | None
    model: int | None = Field(description="the version of the model that tagged it")
    tags: list[ImageTag]
    error: str | None = Field(description="why it failed")
    stack: StackDocument | None = Field(
        None, description="with stacks=true: the near-duplicates that it stands for; null: none"
    )


class Images(BaseModel):
    """A page of images, newest first."""

    images: list[ImageDocument]
    next: str | None = Field(description="cursor of the next page")


class StatusesQuery(BaseModel):
    """The images whose status to get."""

    ids: list[UUID] = Field(max_length=IDS_AT_ONCE)


class ImageStatus(BaseModel):
    """The status of one image."""

    id: str
    status: Literal["queued", "tagged", "failed"]
    error: str | None = Field(description="why it failed")


class ImageStatuses(BaseModel):
    """The status of every image that exists, in no particular order."""

    images: list[ImageStatus]


class TagDocument(BaseModel):
    """A tag of the vocabulary."""

    tag: str = Field(description="its slug")
    name: str
    kind: Literal["wordnet", "custom"]
    everyday: bool = Field(description="learned from scenes: what is around the main thing")
    owner: str | None = Field(description="the tag's owner; null: shared by all")
    definition: str
    wordnet_id: str | None
    aliases: list[str]
    parents: list[str] = Field(description="slugs of the next wider tags")
    children: list[str] = Field(description="slugs of the next narrower tags")


class TagList(BaseModel):
    """A page of tags, by slug."""

    tags: list[TagDocument]
    next: str | None = Field(description="cursor of the next page")


class TagPath(BaseModel):
    """Slug of a tag."""

    slug: str


class TagQuery(Parameters):
    """The owner of the tag."""

    owner: str | None = Field(
        None, pattern=NO_NUL, description="whose tag, where the key is not bound to an owner"
    )


class ThumbnailQuery(Parameters):
    """The size of a thumbnail."""

    size: Literal[320, 640] = Field(
        320, description="pixels of the longer side, at most; 640 is for dense screens"
    )

    @field_validator("size", mode="before")
    @classmethod
    def read_number(cls, value: object) -> object:
        """Parse a number in a query string."""
        return int(value) if isinstance(value, str) and value.isdecimal() else value


class ShownTagsQuery(Parameters):
    """Which of an image's tags to show. By default, the tags that the server shows."""

    min_confidence: float | None = Field(None, ge=0, le=1)
    precision: float | None = Field(
        None, ge=0, le=1, description="the share of the shown tags that should be right"
    )
    max_tags: int | None = Field(None, ge=1)
    tags: str | None = Field(None, description="tags with commas: only these, with any confidence")
    suggest: Literal["hashtags"] | None = Field(
        None, description="hashtags: suggest some that the image does not have"
    )

    @model_validator(mode="after")
    def refuse_two_limits(self) -> Self:
        """Reject two limits at once, since one would be ignored."""
        if self.precision is not None and self.min_confidence is not None:
            raise ValueError("precision and min_confidence exclude each other")
        return self


class ImagesQuery(Parameters):
    """Filters of the list, which must all match."""

    tag: list[str] = Field(
        default_factory=list,
        max_length=MAX_TAGS,
        description="slug, name or alias of a tag; repeated: images with all of these tags",
    )
    owner: str | None = Field(None, pattern=NO_NUL)
    status: Literal["queued", "tagged", "failed"] | None = None
    stacks: bool = Field(False, description="whether only the first of near-duplicates is listed")
    cursor: str | None = None
    limit: int = Field(LIST_LIMIT, ge=1, le=LIST_MAX)


class TagsQuery(Parameters):
    """Filters of the vocabulary."""

    q: str | None = Field(
        None, pattern=NO_NUL, description="beginning of a name, a slug or an alias"
    )
    owner: str | None = Field(
        None, pattern=NO_NUL, description="the tags that this owner sees: shared and own ones"
    )
    cursor: str | None = None
    limit: int = Field(LIST_LIMIT, ge=1, le=LIST_MAX)
