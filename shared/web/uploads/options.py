"""The options of an upload, from form fields, JSON members or query parameters."""

import json
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from shared.errors import BadRequest
from shared.pictures.uploader_words import (
    HASHTAG_LENGTH,
    MAX_HASHTAGS,
    METADATA_BYTES,
    merge_hashtags,
    metadata_bytes,
    separate_hashtags,
    split_hashtags,
    tidy_hashtag,
)

OWNER_LENGTH = 200
URL_LENGTH = 2048
# Code that reads or writes the JSON later may have less of the stack left.
METADATA_DEPTH = 50
# Options that may be given several times.
LISTS = ("hashtags",)

Hashtag = Annotated[str, Field(min_length=1, max_length=HASHTAG_LENGTH)]


class UploadOptions(BaseModel):
    """Options of one request; they hold for every picture in it."""

    model_config = ConfigDict(extra="ignore")

    owner: str = Field("", max_length=OWNER_LENGTH, description="whose pictures these are")
    hashtags: list[Hashtag] = Field(
        [],
        max_length=MAX_HASHTAGS,
        description="words of the uploader; a list, or text with commas",
    )
    callback_url: str | None = Field(
        None,
        max_length=URL_LENGTH,
        description="URL that receives the outcome: image.tagged or image.failed",
    )
    metadata: dict[str, Any] = Field({}, description="kept with the picture; a JSON object")
    learn: bool = Field(True, description="false: nothing is ever learned from these pictures")
    wait: float = Field(0, ge=0, description="seconds to hold the request until it is tagged")
    url: str | None = Field(
        None, max_length=URL_LENGTH, description="where to fetch the picture, instead of a file"
    )

    @field_validator("hashtags", mode="before")
    @classmethod
    def split_hashtags(cls, value: object) -> object:
        """Split `New York, Paris` and `#beach #sunset`, for callers that can only send text."""
        hashtags = split_hashtags(value) if isinstance(value, str) else value
        if isinstance(hashtags, list) and all(isinstance(word, str) for word in hashtags):
            parts = (part for word in hashtags for part in separate_hashtags(word))
            return merge_hashtags(map(tidy_hashtag, parts))
        return hashtags

    @field_validator("metadata", mode="before")
    @classmethod
    def parse_metadata(cls, value: object) -> object:
        """Parse metadata sent as JSON text; refuse what is too large to store."""
        try:
            metadata = json.loads(value) if isinstance(value, str) else value
            # Python's JSON allows NaN, infinities and halves of surrogate pairs; Postgres doesn't.
            size = metadata_bytes(metadata)
            too_deep = _depth(metadata) > METADATA_DEPTH
        except (TypeError, ValueError) as error:
            raise ValueError("is not a JSON object that can be kept") from error
        except RecursionError:
            too_deep = True
        if too_deep:
            raise ValueError(f"is nested more than {METADATA_DEPTH} levels deep")
        if size > METADATA_BYTES:
            raise ValueError(f"has more than {METADATA_BYTES:,} bytes of JSON")
        return metadata

    @field_validator("owner", "hashtags", "callback_url", "metadata", "url", mode="after")
    @classmethod
    def refuse_nul(cls, value: object) -> object:
        """Refuse NUL characters, which Postgres cannot store in text."""
        # Two backslashes are an escaped one, so a `u0000` after them is plain text.
        if "\\u0000" in json.dumps(value).replace("\\\\", ""):
            raise ValueError("has a NUL character in it")
        return value


def _depth(value: object) -> int:
    """Return the number of nested lists and objects in a JSON value."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, inner), default=0)


def collect(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return parameters or fields by name; several values of a list option are joined by commas.

    Raises:
        BadRequest: any other option is given twice, with different values.
    """
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values and name in LISTS:
            values[name] = f"{values[name]},{value}"
        elif values.setdefault(name, value) != value:
            raise BadRequest(f"{name} is given twice, with different values; give it once.")
    return values
