"""The dozen calls of Immich's API that the bridge needs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from tagloop.exchange.immich.transport import ImmichAway, ImmichRefused, ImmichTransport

ASSETS_PER_PAGE = 1000
IDS_PER_CALL = 500
TAGS_PER_CALL = 100
PERMISSIONS = (
    "asset.read",
    "asset.view",
    "tag.read",
    "tag.create",
    "tag.asset",
)
# Errors of one asset in a call for many.
THERE_ALREADY = "duplicate"
# Immich answers 400 if something does not exist, or is not the caller's.
ABSENT = (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


@dataclass(frozen=True, slots=True)
class Asset:
    """A picture in Immich. is_ready: its metadata is extracted; tags: their values."""

    id: str
    filename: str
    updated_at: datetime
    is_ready: bool
    is_trashed: bool
    tags: frozenset[str]


class Immich:
    """One user's Immich; raises what `Transport` raises."""

    def __init__(self, transport: ImmichTransport) -> None:
        self._transport = transport
        self.server = transport.server

    def missing_permissions(self) -> list[str]:
        """Return the permissions that the key lacks."""
        answer = self._transport.call("GET", "/api-keys/me")
        granted = set(_member(answer, "permissions", list))
        return [] if "all" in granted else [name for name in PERMISSIONS if name not in granted]

    def pictures(self, since: datetime | None) -> Iterator[list[Asset]]:
        """Yield all pictures that changed since a time, page by page, in no order to rely on."""
        given: dict[str, Any] = {"type": "IMAGE", "withExif": True, "withDeleted": False}
        if since is not None:
            given["updatedAfter"] = since.isoformat()
        yield from self._search(given)

    def with_tag(self, tag_id: str) -> set[str]:
        """Return the ids of all assets with a tag, perhaps also with a tag below it."""
        return {asset.id for page in self._search({"tagIds": [tag_id]}) for asset in page}

    def asset(self, asset_id: str) -> Asset | None:
        """Return an asset with its tags; None if it is deleted, or in the trash."""
        try:
            asset = _asset(self._transport.call("GET", f"/assets/{asset_id}"))
        except ImmichRefused as error:
            if error.code in ABSENT:
                return None
            raise
        return None if asset.is_trashed else asset

    def preview(self, asset_id: str) -> bytes | None:
        """Return a rendition of about 1,440 pixels; None if the asset is gone or has none yet."""
        path = f"/assets/{asset_id}/thumbnail?size=preview"
        try:
            return self._transport.fetch("GET", path, is_json=False)
        except ImmichRefused as error:
            if error.code in ABSENT:
                return None
            raise

    def tags(self) -> dict[str, str]:
        """Return all tags of the user: ids by value."""
        return _tag_ids(self._transport.call("GET", "/tags"))

    def make_tags(self, values: Sequence[str]) -> dict[str, str]:
        """Make tags, and their parents, where they do not exist; return their ids by value."""
        made: dict[str, str] = {}
        for first in range(0, len(values), TAGS_PER_CALL):
            body = {"tags": list(values[first : first + TAGS_PER_CALL])}
            made |= _tag_ids(self._transport.call("PUT", "/tags", body))
        return made

    def tag(self, tag_id: str, asset_ids: Sequence[str]) -> dict[str, str]:
        """Tag assets; return by asset "" or the error, if Immich answered for it."""
        return self._change("PUT", tag_id, asset_ids)

    def untag(self, tag_id: str, asset_ids: Sequence[str]) -> dict[str, str]:
        """Untag assets; return by asset "" or the error, if Immich answered for it."""
        return self._change("DELETE", tag_id, asset_ids)

    def _change(self, method: str, tag_id: str, asset_ids: Sequence[str]) -> dict[str, str]:
        done: dict[str, str] = {}
        for first in range(0, len(asset_ids), IDS_PER_CALL):
            body = {"ids": list(asset_ids[first : first + IDS_PER_CALL])}
            answer = self._transport.call(method, f"/tags/{tag_id}/assets", body)
            for result in answer if isinstance(answer, list) else ():
                error = "" if result.get("success") else str(result.get("error") or "unknown")
                done[_member(result, "id", str)] = "" if error == THERE_ALREADY else error
        return done

    def _search(self, given: Mapping[str, Any]) -> Iterator[list[Asset]]:
        page = 1
        while True:
            body = {**given, "size": ASSETS_PER_PAGE, "page": page}
            answer = _member(self._transport.call("POST", "/search/metadata", body), "assets", dict)
            yield [_asset(item) for item in _member(answer, "items", list)]
            following = answer.get("nextPage")
            if not following:
                return
            # Immich returns the number as text, but accepts it only as a number.
            page = int(following)


def _asset(document: Any) -> Asset:
    return Asset(
        id=_member(document, "id", str),
        filename=_member(document, "originalFileName", str),
        updated_at=datetime.fromisoformat(_member(document, "updatedAt", str)),
        is_ready=bool(document.get("exifInfo")),
        is_trashed=bool(document.get("isTrashed")),
        tags=frozenset(_member(tag, "value", str) for tag in document.get("tags") or ()),
    )


def _tag_ids(answer: Any) -> dict[str, str]:
    if not isinstance(answer, list):
        raise ImmichAway("Immich's list of tags is not a list.")
    return {_member(tag, "value", str): _member(tag, "id", str) for tag in answer}


def _member(document: Any, name: str, kind: type) -> Any:
    """Return a member of an answer; raises ImmichAway if it is absent or of another type."""
    value = document.get(name) if isinstance(document, dict) else None
    if not isinstance(value, kind):
        raise ImmichAway(f"Immich's answer has no {name} as this version of Tagloop expects it.")
    return value
