"""Request and response bodies of uploads, for validation and for /openapi.json."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from shared.web.answers.problems import ProblemDocument

DIGESTS_AT_ONCE = 1000

Digest = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")]


class AcceptedImage(BaseModel):
    """A picture that was accepted, or was known already."""

    id: str
    status: str = Field(description="queued, tagged or failed")
    url: str = Field(description="where to read its tags")
    not_kept: list[str] | None = Field(
        None,
        description="what a known image had no more room for: hashtags, metadata",
    )


class OfferedImage(BaseModel):
    """One of many pictures of a request."""

    filename: str | None = None
    id: str | None = None
    status: str = Field(description="queued, tagged, failed, or refused")
    url: str | None = None
    problem: ProblemDocument | None = Field(None, description="why it was refused")


class OfferedImages(BaseModel):
    """The outcome of each picture of a request, in the request's order."""

    images: list[OfferedImage]


class KnownQuery(BaseModel):
    """Digests of files, to find out which of them Tagloop has."""

    owner: str = Field("", pattern=r"^[^\x00]*$", description="has no NUL character")
    sha256: list[Digest] = Field(max_length=DIGESTS_AT_ONCE, description="of the files, in hex")


class KnownImages(BaseModel):
    """Ids of the images that are known, by the digest of their file."""

    known: dict[str, str]


# The body of POST /v1/images is read as a stream, so its schema is written by hand.
UPLOAD_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {
                        "type": "array",
                        "items": {"type": "string", "contentMediaType": "image/*"},
                    },
                    "owner": {"type": "string"},
                    "hashtags": {"type": "string"},
                    "callback_url": {"type": "string"},
                    "metadata": {"type": "string", "description": "a JSON object"},
                    "learn": {"type": "boolean"},
                    "wait": {"type": "number"},
                },
            }
        },
        "image/*": {"schema": {"type": "string", "format": "binary"}},
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["url"],
                "properties": {
                    "url": {"type": "string"},
                    "owner": {"type": "string"},
                    "hashtags": {"type": "array", "items": {"type": "string"}},
                    "callback_url": {"type": "string"},
                    "metadata": {"type": "object"},
                    "learn": {"type": "boolean"},
                    "wait": {"type": "number"},
                },
            }
        },
    },
}
