"""Answers of the API as typed values; fields that the API adds later are ignored."""

from dataclasses import dataclass
from typing import Any, Self

from tagloop.client.errors import describe_problem

QUEUED = "queued"
TAGGED = "tagged"
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A picture that the server accepted: its id and its status."""

    id: str
    status: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A picture that the server refused, with its problem document (RFC 9457)."""

    problem: dict[str, Any]

    @property
    def reason(self) -> str:
        """The reason as a sentence."""
        return describe_problem(self.problem)

    @property
    def kind(self) -> str:
        """The kind of problem, the same for every picture with this problem."""
        return str(self.problem.get("title") or self.reason)


@dataclass(frozen=True, slots=True)
class StatusOfImage:
    """The status of an image; `error` says why it failed."""

    id: str
    status: str
    error: str

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        """Read a status document."""
        return cls(document["id"], document["status"], document["error"] or "")


@dataclass(frozen=True, slots=True)
class ReceivedTag:
    """A tag of an image; `parents` are the slugs of the next wider tags."""

    tag: str
    name: str
    confidence: float
    parents: tuple[str, ...]

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        """Read one member of an image's `tags`."""
        return cls(
            document["tag"], document["name"], document["confidence"], tuple(document["parents"])
        )


@dataclass(frozen=True, slots=True)
class ReceivedImage:
    """An image as the server describes it; `document` is the whole answer."""

    id: str
    status: str
    tags: tuple[ReceivedTag, ...]
    error: str
    document: dict[str, Any]

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        """Read an image document."""
        return cls(
            id=document["id"],
            status=document["status"],
            tags=tuple(ReceivedTag.from_json(tag) for tag in document.get("tags") or ()),
            error=document.get("error") or "",
            document=document,
        )


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found; `unknown` are the words that mean no tag.

    terms: the parts of the search and how each was understood, as in the answer.
    """

    unknown: tuple[str, ...]
    images: tuple[ReceivedImage, ...]
    terms: tuple[dict[str, Any], ...] = ()

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        """Read the answer of a search."""
        images = tuple(ReceivedImage.from_json(image) for image in document["images"])
        terms = document.get("query", {}).get("terms", ())
        return cls(tuple(document["unknown"]), images, tuple(terms))


@dataclass(frozen=True, slots=True)
class VocabularyTag:
    """A tag of the vocabulary; `parents` are the slugs of the next wider tags.

    everyday: whether it may be right on a picture of anything else, such as "sky".
    """

    slug: str
    name: str
    aliases: tuple[str, ...]
    parents: tuple[str, ...]
    wordnet_id: str
    everyday: bool = False

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        """Read a tag document."""
        return cls(
            slug=document["tag"],
            name=document["name"],
            aliases=tuple(document["aliases"]),
            parents=tuple(document["parents"]),
            wordnet_id=document.get("wordnet_id") or "",
            everyday=document["everyday"],
        )
