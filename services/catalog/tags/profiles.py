"""`/v1/owners/{owner}/profile`: what somebody's images show."""

from typing import Any

from flask_openapi3 import APIBlueprint
from flask_openapi3 import Tag as ApiTag
from pydantic import BaseModel, Field

from shared.auth.door import caller_access
from shared.db.connection.engine import transaction
from shared.db.owners.profiles import count_hashtags, count_images, count_shown_tags
from shared.errors import NotFound
from shared.web.context import context
from shared.web.problems import ProblemDocument
from shared.web.requests.fields import NO_NUL

profiles = APIBlueprint("profiles", __name__, abp_tags=[ApiTag(name="images")])

MAX_TAGS = 50
MAX_HASHTAGS = 50
# A path can't name the owner whose name is empty.
NOBODY = "-"


class OwnerPath(BaseModel):
    """Names an owner."""

    owner: str = Field(pattern=NO_NUL, description='"-": the images that were sent without one')


class TagCount(BaseModel):
    """A tag, and on how many images it is shown."""

    tag: str = Field(description="the tag's slug")
    name: str
    images: int


class HashtagCount(BaseModel):
    """An uploader's word, and how many images it was given to."""

    hashtag: str
    images: int


class Profile(BaseModel):
    """What an owner's images show."""

    owner: str
    images: int
    tags: list[TagCount] = Field(description=f"the {MAX_TAGS} most frequent ones")
    hashtags: list[HashtagCount] = Field(description=f"the {MAX_HASHTAGS} most frequent ones")


@profiles.get(
    "/v1/owners/<path:owner>/profile",
    summary="Get an owner's profile",
    responses={200: Profile, 403: ProblemDocument, 404: ProblemDocument},
)
def get_profile(path: OwnerPath) -> dict[str, Any]:
    """How many images there are, and the most frequent tags and hashtags."""
    owner = "" if path.owner == NOBODY else path.owner
    caller_access().narrow(owner)
    with transaction(context().engine) as connection:
        images = count_images(connection, owner)
        if not images:
            raise NotFound(f"There are no images of {path.owner!r}.")
        tags = count_shown_tags(connection, owner, MAX_TAGS)
        hashtags = count_hashtags(connection, owner, MAX_HASHTAGS)
    return Profile(
        owner=owner,
        images=images,
        tags=[TagCount(tag=row["slug"], name=row["name"], images=row["images"]) for row in tags],
        hashtags=[HashtagCount(hashtag=hashtag, images=count) for hashtag, count in hashtags],
    ).model_dump()
