"""The events of all senders in one form: pictures at URLs, and objects stored or deleted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr
from werkzeug.datastructures import Headers

from shared.config import Settings

# Fetches a small document over https from a public host; raises FetchFailed or UnsafeUrl.
FetchText = Callable[[str], bytes]


@dataclass(frozen=True)
class WebhookDelivery:
    """One request of a sender, exactly as received.

    received_at: Unix seconds. fetch_certificate: may answer from a cache.
    """

    source: str
    body: bytes
    headers: Headers
    received_at: float
    settings: Settings
    fetch: FetchText
    fetch_certificate: FetchText

    @property
    def secrets(self) -> tuple[SecretStr, ...]:
        """Return the secrets that the deployment shares with this source."""
        return self.settings.webhook_secrets.get(self.source, ())


@dataclass(frozen=True)
class PictureAt:
    """A picture that can be fetched.

    event: the sender's id of the event, the same in every delivery of it. sent_at: Unix seconds, if
    the sender signs each delivery with its time. options: as in `POST /v1/images`; they take
    precedence over options in the webhook's URL.
    """

    event: str
    url: str
    filename: str | None = None
    sent_at: int | None = None
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ObjectEvent:
    """An object was stored in a bucket (`present`) or deleted from it.

    sequencer: orders the events of one object; an event is never applied after a later one.
    every_version: the whole object was deleted, not only the named version.
    """

    bucket: str
    key: str
    present: bool
    sequencer: bytes
    etag: str | None = None
    version: str | None = None
    every_version: bool = True


Event = PictureAt | ObjectEvent
# Verifies a delivery and returns its events; there are none if it concerns no picture. Raises
# Unauthenticated if the signature is wrong, BadRequest if the signed body is not valid.
Read = Callable[[WebhookDelivery], list[Event]]
