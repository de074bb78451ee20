"""Request and response schemas of editing tags."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field, model_validator

from services.feedback.documents import TagName
from shared.web.requests.fields import NO_NUL
from shared.web.requests.parameters import Parameters


class EditedTagPath(BaseModel):
    """Slug of a tag."""

    slug: str = Field(pattern=NO_NUL, description="its slug, its name or an alias")


class WhoseQuery(Parameters):
    """The owner of the tag."""

    owner: str | None = Field(
        None, pattern=NO_NUL, description="whose tag, where the key is not bound to an owner"
    )


class TagChange(BaseModel):
    """The changes to a tag."""

    name: TagName | None = Field(None, description="its new name; the old one becomes an alias")
    shared: Literal[True] | None = Field(
        None,
        description="share it with all owners; needs an admin's key that is not bound to an owner",
    )

    @model_validator(mode="after")
    def refuse_nothing(self) -> "TagChange":
        """Reject a request without changes."""
        if self.name is None and self.shared is None:
            raise ValueError("name what to change: name or shared")
        return self


class MergeRequest(BaseModel):
    """The tag to merge into."""

    into: TagName = Field(description="the tag that stays: its slug, name or alias")


class EditedTag(BaseModel):
    """The tag after the edit."""

    tag: str = Field(description="its slug")
    name: str
    owner: str | None = Field(description="the tag's owner; null: shared by all")


class MergedTag(EditedTag):
    """The tag that remains."""

    corrections: int = Field(description="how many corrections it took over")


class Edit(BaseModel):
    """An edit of a tag, with the tag's previous values."""

    id: int
    action: Literal["rename", "merge", "publish", "delete"]
    tag: str
    name: str
    owner: str | None
    details: dict[str, Any] = Field(description="the new name, the tag that stays, corrections")
    key: int | None = Field(description="number of the key that did it")
    created_at: datetime


class Edits(BaseModel):
    """A page of edits, newest first."""

    edits: list[Edit]
    next: str | None = Field(description="cursor of the next page")
