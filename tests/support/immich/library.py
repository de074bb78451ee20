"""The library behind the stand-in: pictures and tags of one user."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Any
from uuid import uuid4

# Far in the past, so that time in the library moves only when something happens.
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Picture:
    """An asset. tags: ids. is_extracted: its metadata is read."""

    filename: str
    preview: bytes
    updated_at: datetime
    id: str = field(default_factory=lambda: str(uuid4()))
    tags: set[str] = field(default_factory=set)
    is_extracted: bool = True
    is_trashed: bool = False


class Library:
    """Pictures and tags. moves: whether a change of tags is a change of the picture's time."""

    def __init__(self, *, moves: bool = True) -> None:
        self.lock = RLock()
        self.moves = moves
        self.pictures: dict[str, Picture] = {}
        self.tags: dict[str, str] = {}
        self._ticks = itertools.count()

    def add(self, filename: str, preview: bytes, *, is_extracted: bool = True) -> Picture:
        """Upload a picture."""
        with self.lock:
            picture = Picture(filename, preview, self._now(), is_extracted=is_extracted)
            self.pictures[picture.id] = picture
            return picture

    def extract(self, picture: Picture) -> None:
        """Read a picture's metadata: the file's tags, none here, replace all others."""
        with self.lock:
            picture.is_extracted = True
            picture.tags.clear()
            picture.updated_at = self._now()

    def delete(self, picture: Picture) -> None:
        """Delete a picture for good."""
        with self.lock:
            del self.pictures[picture.id]

    def values(self, picture: Picture) -> set[str]:
        """Return the tags of a picture."""
        with self.lock:
            return {value for value, tag_id in self.tags.items() if tag_id in picture.tags}

    def make_tag(self, value: str) -> str:
        """Make a tag and its parents; return its id."""
        with self.lock:
            steps = value.split("/")
            for end in range(1, len(steps) + 1):
                self.tags.setdefault("/".join(steps[:end]), str(uuid4()))
            return self.tags[value]

    def tag(self, picture: Picture, value: str) -> None:
        """Tag a picture, as a person does."""
        with self.lock:
            picture.tags.add(self.make_tag(value))
            self.touch(picture)

    def untag(self, picture: Picture, value: str) -> None:
        """Untag a picture, as a person does."""
        with self.lock:
            picture.tags.discard(self.tags[value])
            self.touch(picture)

    def delete_tag(self, value: str) -> None:
        """Delete a tag and all below it."""
        with self.lock:
            for name in [n for n in self.tags if n == value or n.startswith(f"{value}/")]:
                tag_id = self.tags.pop(name)
                for picture in self.pictures.values():
                    picture.tags.discard(tag_id)

    def touch(self, picture: Picture) -> None:
        """Note a change of a picture's tags, if this Immich does that."""
        if self.moves:
            picture.updated_at = self._now()

    def with_tag(self, tag_id: str) -> list[Picture]:
        """Return the pictures with a tag or one below it."""
        value = next((name for name, one in self.tags.items() if one == tag_id), None)
        below = {one for n, one in self.tags.items() if value and f"{n}/".startswith(f"{value}/")}
        return [one for one in self.pictures.values() if one.tags & below]

    def document(self, picture: Picture, *, with_tags: bool) -> dict[str, Any]:
        """Return an asset as the API describes it."""
        document: dict[str, Any] = {
            "id": picture.id,
            "type": "IMAGE",
            "originalFileName": picture.filename,
            "updatedAt": picture.updated_at.isoformat().replace("+00:00", "Z"),
            "isTrashed": picture.is_trashed,
            "exifInfo": {"make": None} if picture.is_extracted else None,
        }
        if with_tags:
            document["tags"] = self.tag_documents(self.values(picture))
        return document

    def tag_documents(self, values: set[str]) -> list[dict[str, Any]]:
        """Return tags as the API describes them."""
        return [
            {"id": self.tags[value], "name": value.rpartition("/")[2], "value": value}
            for value in sorted(values)
        ]

    def _now(self) -> datetime:
        return BEGINNING + timedelta(minutes=next(self._ticks))
