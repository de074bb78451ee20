"""Check callback URLs, and refuse at once those that can never be reached."""

import time
from collections.abc import Iterable
from contextlib import suppress

from shared.config import Settings
from shared.errors import BadRequest, OriginUnavailable
from shared.fetch import check_url
from shared.web.context import context

# For all URLs together, however slow DNS is: the caller is waiting for an answer.
LOOK_UP_SECONDS = 5.0


def check_callbacks(urls: Iterable[str | None], settings: Settings) -> None:
    """Check that callback URLs can be sent to; each is checked again before each message.

    Raises:
        UnsafeUrl: one does not lead to a public address.
        BadRequest: this server has no secret to sign messages with.
    """
    wanted = sorted({url for url in urls if url is not None})
    if not wanted:
        return
    with context().room.place() as has_place:
        deadline = time.monotonic() + (LOOK_UP_SECONDS if has_place else 0)
        for url in wanted:
            _check_callback(url, settings, deadline - time.monotonic())


def _check_callback(url: str, settings: Settings, seconds: float) -> None:
    if not settings.callback_secret.get_secret_value():
        raise BadRequest(
            "This server accepts no callback_url: it has no TAGLOOP_CALLBACK_SECRET to sign with. "
            "Set one, or register an endpoint (POST /v1/endpoints)."
        )
    # A name that can't be resolved now may resolve when the picture is tagged.
    with suppress(OriginUnavailable):
        check_url(url, settings.delivery_allowed_hosts, seconds)
