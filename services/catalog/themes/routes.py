"""`/v1/themes`: an overview of a library in about thirty themes."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask_openapi3 import APIBlueprint
from flask_openapi3 import Tag as ApiTag
from pydantic import BaseModel, Field

from services.catalog.documents import LIST_LIMIT, LIST_MAX, ImageDocument
from services.catalog.themes.table import Theme, load_themes
from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.images.images import find_images
from shared.db.tags.themes import find_by_theme, find_newest_with, find_tag_ids
from shared.errors import NotFound
from shared.web.answers.image_document import describe_images
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context
from shared.web.requests.cursors import cut_page, decode_id_cursor
from shared.web.requests.parameters import Parameters

# Themes with fewer pictures are not listed.
MIN_IMAGES = 8
MAX_COUNTED = 10_000
COVERS = 4
# A picture often belongs to several themes; covers are chosen from this many.
COVER_CANDIDATES = 16

themes = APIBlueprint("themes", __name__, abp_tags=[ApiTag(name="search")])


class ThemeDocument(BaseModel):
    """A theme with enough pictures."""

    theme: str = Field(description="its slug")
    name: str
    tags: list[str] = Field(description="slugs; a picture belongs to the theme if it shows any")
    images: int = Field(description=f"how many pictures, counted up to {MAX_COUNTED:,}")
    capped: bool = Field(description="whether there are more than were counted")
    covers: list[str] = Field(description=f"ids of {COVERS} new pictures")


class Themes(BaseModel):
    """Themes with at least eight pictures, in a fixed order."""

    themes: list[ThemeDocument]


class ThemePath(BaseModel):
    """Name of a theme."""

    theme: str


class ThemeQuery(Parameters):
    """The page of a theme's pictures."""

    cursor: str | None = None
    limit: int = Field(LIST_LIMIT, ge=1, le=LIST_MAX)


class ThemePage(BaseModel):
    """A page of a theme's pictures, newest first."""

    theme: str
    name: str
    images: list[ImageDocument]
    next: str | None = Field(description="cursor of the next page")


@themes.get("/v1/themes", summary="List themes", responses={200: Themes})
def get_themes() -> dict[str, Any]:
    """Only themes with at least eight pictures."""
    access = caller_access()
    with transaction(context().engine) as connection:
        tag_ids = find_tag_ids(
            connection, [slug for theme in load_themes().values() for slug in theme.tags]
        )
        sets = {theme.slug: _ids(theme, tag_ids) for theme in load_themes().values()}
        found = find_by_theme(
            connection,
            access,
            sets,
            min_images=MIN_IMAGES,
            max_images=MAX_COUNTED + 1,
            enough=COVERS,
            each=COVER_CANDIDATES,
        )
    rare_first = sorted(found, key=lambda theme: found[theme].count)
    covers = _choose_covers({theme: found[theme].newest for theme in rare_first})
    return {
        "themes": [
            {
                "theme": theme.slug,
                "name": theme.name,
                "tags": [slug for slug in theme.tags if slug in tag_ids],
                "images": min(found[theme.slug].count, MAX_COUNTED),
                "capped": found[theme.slug].count > MAX_COUNTED,
                "covers": [str(image_id) for image_id in covers[theme.slug]],
            }
            for theme in load_themes().values()
            if theme.slug in found
        ]
    }


@themes.get(
    "/v1/themes/<theme>",
    summary="List a theme's images",
    responses={200: ThemePage, 404: ProblemDocument},
)
def get_theme(path: ThemePath, query: ThemeQuery) -> dict[str, Any]:
    """Images with any tag of the theme, newest first."""
    theme = load_themes().get(path.theme)
    if theme is None:
        raise NotFound(f"There is no theme {path.theme!r}; GET /v1/themes lists them.")
    access = caller_access()
    before = decode_id_cursor(query.cursor) if query.cursor else None
    with transaction(context().engine) as connection:
        tag_ids = _ids(theme, find_tag_ids(connection, theme.tags))
        found = find_newest_with(connection, access, tag_ids, before=before, limit=query.limit + 1)
        page, cursor = cut_page(found, query.limit, lambda image_id: image_id)
        rows = {row["id"]: row for row in find_images(connection, page, access)}
        documents = describe_images(
            connection,
            context().vocabulary,
            [rows[image_id] for image_id in page if image_id in rows],
        )
    return {"theme": theme.slug, "name": theme.name, "images": documents, "next": cursor}


def _ids(theme: Theme, tag_ids: dict[str, int]) -> list[int]:
    """Return the ids of a theme's tags that exist in the vocabulary."""
    return [tag_ids[slug] for slug in theme.tags if slug in tag_ids]


def _choose_covers(newest: Mapping[str, Sequence[UUID]]) -> dict[str, list[UUID]]:
    """Choose the covers of each theme, where possible pictures that no other theme shows.

    The first themes choose first.
    """
    shown: set[UUID] = set()
    covers = {}
    for theme, candidates in newest.items():
        by_use = sorted(candidates, key=lambda image_id: image_id in shown)
        covers[theme] = by_use[:COVERS]
        shown.update(covers[theme])
    return covers
