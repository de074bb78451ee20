"""What senders say, in one form: pictures under URLs, and objects that came or went."""

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
    """One request of a sender, exactly as it came.

    received_at: Unix seconds. fetch_certificate: may answer from memory.
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
        """What the deployment shares with this source, if anything."""
        return self.settings.webhook_secrets.get(self.source, ())


@dataclass(frozen=True)
class PictureAt:
    """A picture that can be fetched.

    event: the sender's own name for what happened, the same in every delivery of it. sent_at:
    Unix seconds, where the sender signs each delivery with its time. options: of the upload, as
    in `POST /v1/images`; they outweigh those in the webhook's own URL.
    """

    event: str
    url: str
    filename: str | None = None
    sent_at: int | None = None
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ObjectEvent:
    """An object came to a bucket (`present`), or went.

    sequencer: orders the events of one object; an event is never applied after a later one.
    every_version: the object went as a whole, not only the named version of it.
    """

    bucket: str
    key: str
    present: bool
    sequencer: bytes
    etag: str | None = None
    version: str | None = None
    every_version: bool = True


Event = PictureAt | ObjectEvent
# Verifies a delivery and reads it. What concerns no picture gives no event. Raises Unauthenticated
# where the signature does not hold, BadRequest where what was signed makes no sense.
Read = Callable[[WebhookDelivery], list[Event]]
