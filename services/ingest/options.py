"""What a caller may say about a picture: as a form field, a JSON member or a query parameter."""

import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

OWNER_LENGTH = 200
HASHTAG_LENGTH = 100
MOST_HASHTAGS = 100
URL_LENGTH = 2048
METADATA_BYTES = 16 * 1024

Hashtag = Annotated[str, Field(min_length=1, max_length=HASHTAG_LENGTH)]


class UploadOptions(BaseModel):
    """Options of one request; they hold for every picture in it."""

    model_config = ConfigDict(extra="ignore")

    owner: str = Field("", max_length=OWNER_LENGTH, description="whose pictures these are")
    hashtags: list[Hashtag] = Field(
        [], max_length=MOST_HASHTAGS, description="words of the uploader; a list, or with commas"
    )
    callback_url: str | None = Field(
        None, max_length=URL_LENGTH, description="kept with the picture"
    )
    metadata: dict[str, Any] = Field({}, description="kept with the picture; a JSON object")
    wait: float = Field(0, ge=0, description="seconds to hold the request until it is tagged")
    url: str | None = Field(
        None, max_length=URL_LENGTH, description="where to fetch the picture, instead of a file"
    )

    @field_validator("hashtags", mode="before")
    @classmethod
    def split_hashtags(cls, value: object) -> object:
        """Accept `beach, sunset` and `#beach #sunset` where only text can be sent."""
        words = value.replace(",", " ").split() if isinstance(value, str) else value
        if isinstance(words, list):
            return [word.lstrip("#") if isinstance(word, str) else word for word in words]
        return words

    @field_validator("metadata", mode="before")
    @classmethod
    def parse_metadata(cls, value: object) -> object:
        """Accept JSON text where only text can be sent; refuse what is too large to keep."""
        text = value if isinstance(value, str) else json.dumps(value)
        if len(text.encode()) > METADATA_BYTES:
            raise ValueError(f"has more than {METADATA_BYTES:,} bytes of JSON")
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except (ValueError, RecursionError) as error:
            raise ValueError("is no JSON object") from error

    @field_validator("owner", "hashtags", "callback_url", "metadata", "url", mode="after")
    @classmethod
    def refuse_nul(cls, value: object) -> object:
        """Postgres keeps no NUL character in text."""
        if "\\u0000" in json.dumps(value):
            raise ValueError("has a NUL character in it")
        return value
