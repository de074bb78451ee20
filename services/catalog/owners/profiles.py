"""`/v1/owners/{owner}/profile`: what an owner's images show."""

from collections.abc import Mapping
from typing import Any

from flask_openapi3 import APIBlueprint
from flask_openapi3 import Tag as ApiTag
from pydantic import BaseModel, Field
from sqlalchemy import Connection, RowMapping

from services.catalog.documents import LIST_LIMIT, LIST_MAX
from services.catalog.owners.subjects import score_tags
from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.owners.profiles import count_hashtags, count_images, find_tag_names
from shared.db.owners.subjects import (
    count_others,
    find_examples,
    list_owners,
    weigh_tags,
    weigh_tags_of_others,
)
from shared.errors import NotFound
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context
from shared.web.requests.cursors import cut_page, decode_cursor
from shared.web.requests.fields import NO_NUL
from shared.web.requests.parameters import Parameters

profiles = APIBlueprint("profiles", __name__, abp_tags=[ApiTag(name="images")])

MAX_TAGS = 50
MAX_HASHTAGS = 50
# Stands for the empty owner in paths.
EMPTY_NAME = "-"
MAX_SUBJECTS = 12
EXAMPLES = 4
# Newest images of other owners to compare with.
SAMPLE = 20_000


class OwnerPath(BaseModel):
    """Name of an owner."""

    owner: str = Field(pattern=NO_NUL, description='"-": the images that were sent without one')


def owner_of(path: OwnerPath) -> str:
    """Return the owner that a path names."""
    return "" if path.owner == EMPTY_NAME else path.owner


class TagCount(BaseModel):
    """A tag, and the number of images that show it."""

    tag: str = Field(description="the tag's slug")
    name: str
    images: int


class HashtagCount(BaseModel):
    """A hashtag, and the number of images uploaded with it."""

    hashtag: str
    images: int


class Subject(BaseModel):
    """A tag that distinguishes an owner's images from other owners'."""

    tag: str = Field(description="the tag's slug")
    name: str
    images: int
    days: int = Field(description="on how many days such images arrived")
    score: float = Field(description="how much more frequent than in others' images, as a z-score")
    share: float = Field(description="share of this owner's images that show it")
    everybody: float = Field(description="share of everyone else's newest images that show it")
    examples: list[str] = Field(description=f"ids of up to {EXAMPLES} images, of different days")


class OwnerCount(BaseModel):
    """An owner and their number of images."""

    owner: str
    images: int


class OwnerList(BaseModel):
    """A page of owners, by name."""

    owners: list[OwnerCount]
    next: str | None = Field(description="cursor of the next page")


class OwnersQuery(Parameters):
    """Filters of the list."""

    q: str = Field("", pattern=NO_NUL, description="beginning of a name")
    cursor: str | None = None
    limit: int = Field(LIST_LIMIT, ge=1, le=LIST_MAX)


class Profile(BaseModel):
    """What an owner's images show."""

    owner: str
    images: int
    tags: list[TagCount] = Field(description=f"the {MAX_TAGS} most frequent ones")
    subjects: list[Subject] = Field(
        description="what distinguishes them from others', most distinctive first"
    )
    hashtags: list[HashtagCount] = Field(description=f"the {MAX_HASHTAGS} most frequent ones")


@profiles.get("/v1/owners", summary="List owners", responses={200: OwnerList})
def get_owners(query: OwnersQuery) -> dict[str, Any]:
    """By name, with the number of images of each."""
    after = decode_cursor(query.cursor) if query.cursor else None
    with transaction(context().engine) as connection:
        rows = list_owners(
            connection, caller_access(), query=query.q, after=after, limit=query.limit + 1
        )
    page, cursor = cut_page(rows, query.limit, lambda row: row["owner"])
    return {"owners": [dict(row) for row in page], "next": cursor}


@profiles.get(
    "/v1/owners/<path:owner>/profile",
    summary="Get an owner's profile",
    responses={200: Profile, 403: ProblemDocument, 404: ProblemDocument},
)
def get_profile(path: OwnerPath) -> dict[str, Any]:
    """The number of images, and the most frequent tags and hashtags."""
    owner = owner_of(path)
    caller_access().narrow(owner)
    with transaction(context().engine) as connection:
        images = count_images(connection, owner)
        if not images:
            raise NotFound(f"There are no images of {path.owner!r}.")
        own = {row["tag_id"]: row for row in weigh_tags(connection, owner)}
        tags = _most_frequent(connection, own)
        hashtags = count_hashtags(connection, owner, MAX_HASHTAGS)
        subjects = _find_subjects(connection, owner, images, own)
    return Profile(
        owner=owner,
        images=images,
        tags=tags,
        subjects=subjects,
        hashtags=[HashtagCount(hashtag=hashtag, images=count) for hashtag, count in hashtags],
    ).model_dump()


def _most_frequent(connection: Connection, own: Mapping[int, RowMapping]) -> list[TagCount]:
    names = find_tag_names(connection, own.keys())
    counts = [
        TagCount(tag=slug, name=name, images=own[tag_id]["images"])
        for tag_id, (slug, name) in names.items()
    ]
    return sorted(counts, key=lambda tag: (-tag.images, tag.tag))[:MAX_TAGS]


def _find_subjects(
    connection: Connection, owner: str, images: int, own: Mapping[int, RowMapping]
) -> list[Subject]:
    """Find what distinguishes an owner's images.

    Of tags that imply each other, keep the strongest.
    """
    others = {row["tag_id"]: row for row in weigh_tags_of_others(connection, owner, SAMPLE)}
    others_total = count_others(connection, owner, SAMPLE)
    scores = score_tags(
        {tag_id: float(row["weight"]) for tag_id, row in own.items()},
        {tag_id: float(row["weight"]) for tag_id, row in others.items()},
    )
    index = context().vocabulary.get()
    chosen: list[int] = []
    # Only the vocabulary's tags: custom tags may belong to another owner.
    known = (tag_id for tag_id in scores if tag_id in index.columns and scores[tag_id] > 0)
    for tag_id in sorted(known, key=lambda tag_id: -scores[tag_id]):
        column = index.columns[tag_id]
        relatives = {*index.vocabulary.ancestors(column), *index.vocabulary.descendants(column)}
        if not relatives & {index.columns[other] for other in chosen}:
            chosen.append(tag_id)
        if len(chosen) == MAX_SUBJECTS:
            break
    examples: dict[int, list[str]] = {tag_id: [] for tag_id in chosen}
    for row in find_examples(connection, owner, chosen, EXAMPLES):
        examples[row["tag_id"]].append(str(row["image_id"]))
    return [
        Subject(
            tag=index.vocabulary.tags[index.columns[tag_id]].slug,
            name=index.vocabulary.tags[index.columns[tag_id]].name,
            images=own[tag_id]["images"],
            days=own[tag_id]["days"],
            score=round(scores[tag_id], 3),
            share=round(own[tag_id]["images"] / images, 4),
            everybody=round(others[tag_id]["images"] / others_total, 4) if tag_id in others else 0,
            examples=examples[tag_id],
        )
        for tag_id in chosen
    ]
