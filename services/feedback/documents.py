"""Request and response schemas that several parts of the feedback API share."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from shared.model.names.tag_names import clean_name
from shared.web.requests.fields import NO_NUL
from shared.web.requests.parameters import Parameters

LIST_LIMIT = 50
LIST_MAX = 1000
USER_LENGTH = 200

User = Annotated[str, Field(max_length=USER_LENGTH, pattern=NO_NUL)]
TagName = Annotated[str, AfterValidator(clean_name)]


class VerdictsDocument(BaseModel):
    """Verdicts on an image's tags, each tag given by its slug, name or alias."""

    add: list[TagName] = Field(
        default_factory=list, description="the image has these; a new name makes a tag"
    )
    remove: list[TagName] = Field(default_factory=list, description="the image lacks these")
    confirm: list[TagName] = Field(
        default_factory=list, description="the image has these, as shown"
    )
    undo: list[TagName] = Field(
        default_factory=list, description="take back this user's verdicts on these"
    )
    new: bool = Field(
        False,
        description="have added names make tags of their own, even where a tag is called almost "
        "the same, or, with an owner's key, where a shared tag is called the same",
    )

    def count(self) -> int:
        """The number of corrections."""
        return len(self.add) + len(self.remove) + len(self.confirm) + len(self.undo)


class PageQuery(Parameters):
    """The page of a list to return."""

    cursor: str | None = None
    limit: int = Field(LIST_LIMIT, ge=1, le=LIST_MAX)
