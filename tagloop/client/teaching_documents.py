"""Answers of the API about teaching, as typed values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

QUEUED = "queued"
RUNNING = "running"
FAILED = "failed"
PROMOTED = "promoted"
DONE = "done"
ABORTED = "aborted"


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Corrections of one image's tags, each tag given by its slug, name or an alias."""

    image: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    confirm: tuple[str, ...] = ()
    undo: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the lists as the API takes them."""
        return {
            "add": self.add,
            "remove": self.remove,
            "confirm": self.confirm,
            "undo": self.undo,
        }


@dataclass(frozen=True, slots=True)
class ExportedLabel:
    """Whether an image has a tag, as people decided.

    `sha256` is empty, and width and height are None, until the file is fetched.
    """

    image: str
    sha256: str
    filename: str
    owner: str
    tag: str
    name: str
    present: bool
    width: int | None = None
    height: int | None = None

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read a label document."""
        return cls(
            image=document["image"],
            sha256=document["sha256"] or "",
            filename=document["filename"] or "",
            owner=document["owner"],
            tag=document["tag"],
            name=document["name"],
            present=document["present"],
            width=document.get("width"),
            height=document.get("height"),
        )


@dataclass(frozen=True, slots=True)
class RunStatus:
    """A fine-tune run. progress: 0 to 1; reason: how it ended and why, empty while it runs."""

    id: int
    status: str
    stage: str
    progress: float
    reason: str
    version: int | None

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read a run document."""
        return cls(
            id=document["id"],
            status=document["status"],
            stage=document.get("stage") or "",
            progress=document.get("progress") or 0.0,
            reason=document.get("reason") or "",
            version=document.get("version"),
        )

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.status not in (QUEUED, RUNNING)


@dataclass(frozen=True, slots=True)
class RetagJob:
    """A re-tagging job. total: images in its scope, None until it has started."""

    id: int
    status: str
    total: int | None
    done: int
    changed: int

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read a job document."""
        return cls(
            id=document["id"],
            status=document["status"],
            total=document["total"],
            done=document["done"],
            changed=document["changed"],
        )

    @property
    def is_over(self) -> bool:
        """Whether every image in its scope is done."""
        return self.status == DONE


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the model; `reason` says why it was promoted or rejected."""

    version: int
    status: str
    parent: int | None
    created_at: str
    reason: str

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read a model document."""
        return cls(
            version=document["version"],
            status=document["status"],
            parent=document.get("parent"),
            created_at=document["created_at"],
            reason=document.get("reason") or "",
        )


@dataclass(frozen=True, slots=True)
class SwitchStatus:
    """A change of the network.

    total: images to embed; seconds_left: until they are, if known; progress: of learning, 0 to 1.
    skipped_images: id and reason of some images that cannot be embedded.
    """

    status: str
    backbone: str
    from_backbone: str
    total: int | None
    done: int
    skipped: int
    seconds_left: float | None
    stage: str
    progress: float
    problem: str
    reason: str
    skipped_images: tuple[tuple[str, str], ...]

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read a switch document."""
        return cls(
            status=document["status"],
            backbone=document["backbone"],
            from_backbone=document["from_backbone"],
            total=document["total"],
            done=document["done"],
            skipped=document["skipped"],
            seconds_left=document["seconds_left"],
            stage=document["stage"],
            progress=document["progress"],
            problem=document["problem"] or "",
            reason=document["reason"] or "",
            skipped_images=tuple(
                (image["id"], image["reason"]) for image in document["skipped_images"]
            ),
        )

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.status in (DONE, FAILED, ABORTED)


@dataclass(frozen=True, slots=True)
class StoredNetwork:
    """A network that has made embeddings, and how many of them are stored."""

    name: str
    is_live: bool
    dimensions: int
    version: int | None
    embeddings: int

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read a network document."""
        return cls(
            name=document["name"],
            is_live=document["is_live"],
            dimensions=document["dimensions"],
            version=document["version"],
            embeddings=document["embeddings"],
        )
