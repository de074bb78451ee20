"""Request and response schemas of searches."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.catalog.documents import LIST_LIMIT, LIST_MAX, ImageDocument
from shared.web.requests.fields import NO_NUL
from shared.web.requests.parameters import Parameters

QUERY_CHARACTERS = 500
MAX_TAGS = 20

TagName = list[str]


class Criteria(Parameters):
    """Search criteria, which must all match."""

    q: str = Field("", pattern=NO_NUL, max_length=QUERY_CHARACTERS, description="a search in words")
    tag: list[str] = Field(
        default_factory=list, max_length=MAX_TAGS, description="tags; each has to be shown"
    )
    any: list[str] = Field(
        default_factory=list, max_length=MAX_TAGS, description="tags; one has to be shown"
    )
    without: list[str] = Field(
        default_factory=list,
        max_length=MAX_TAGS,
        alias="not",
        description="tags; none may be shown",
    )
    owner: str | None = Field(None, pattern=NO_NUL)
    status: Literal["queued", "tagged", "failed"] | None = None
    source: Literal["people", "model"] | None = Field(
        None, description="who says that the tags are shown"
    )
    after: str | None = Field(None, description="arrived on this day or later, or at this time")
    before: str | None = Field(None, description="arrived before this day or time")
    min_confidence: float | None = Field(None, ge=0, le=1, description="of the wanted tags")
    max_confidence: float | None = Field(None, ge=0, le=1, description="of the wanted tags")
    newer_than: UUID | None = Field(None, description="an image; only later ones")


class SearchQuery(Criteria):
    """The criteria and the page to return."""

    order: Literal["date", "confidence"] = Field(
        "date", description="newest first, or by the confidence of the first wanted tag"
    )
    stacks: bool = Field(False, description="whether only the first of near-duplicates is returned")
    cursor: str | None = None
    limit: int = Field(LIST_LIMIT, ge=1, le=LIST_MAX)


class FoundTag(BaseModel):
    """A tag."""

    tag: str = Field(description="its slug")
    name: str


class TermDocument(BaseModel):
    """A part of the search and how it was interpreted."""

    text: str
    start: int | None = Field(description="its first character in `q`; null: another parameter")
    end: int | None = Field(description="the character after it")
    kind: Literal[
        "tag",
        "owner",
        "theme",
        "status",
        "source",
        "after",
        "before",
        "confidence",
        "ignored",
        "unknown",
    ]
    negated: bool
    group: int | None = Field(description="terms of the same group are alternatives")
    tag: str | None
    name: str | None
    value: str | None = Field(description="of a filter")
    how: Literal["exact", "alias", "plural", "spelling", "wordnet", "typo"] | None = Field(
        description="how the text led to the tag"
    )
    alternatives: list[FoundTag] = Field(description="other tags that it may mean")


class UnderstoodQuery(BaseModel):
    """The interpretation of the search."""

    text: str
    terms: list[TermDocument]


class SearchResults(BaseModel):
    """A page of matching images."""

    tags: list[FoundTag] = Field(description="the wanted tags")
    unknown: list[str] = Field(
        description="words that mean no tag; no image matches a search that requires one"
    )
    by_text: str | None = Field(
        description="the text that the network compared images with, where words mean no tag"
    )
    query: UnderstoodQuery
    images: list[ImageDocument]
    next: str | None = Field(description="cursor of the next page")
    total: int | None = Field(description="how many match, up to 10,000; null after page one")
    total_capped: bool = Field(description="whether there are more than `total`")


class FoundIds(BaseModel):
    """Ids of matching images, newest first."""

    ids: list[str]
    capped: bool = Field(description="whether there are more than these 10,000")
