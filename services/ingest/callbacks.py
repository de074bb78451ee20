"""Callback URLs: refused at the door where nothing could ever be sent to them."""

from contextlib import suppress

from shared.config import Settings
from shared.errors import BadRequest, OriginUnavailable
from shared.fetch import check_url


def check_callback(url: str | None, settings: Settings) -> None:
    """Let a callback URL pass that can be sent to; it is checked again before each message.

    Raises:
        UnsafeUrl: it does not lead to a public address.
        BadRequest: this server has nothing to sign messages with.
    """
    if url is None:
        return
    if not settings.callback_secret.get_secret_value():
        raise BadRequest(
            "This server takes no callback_url: it has no TAGLOOP_CALLBACK_SECRET to sign with. "
            "Set one, or register an endpoint (POST /v1/endpoints)."
        )
    # A name that can't be resolved at this moment may be by the time the picture is tagged.
    with suppress(OriginUnavailable):
        check_url(url, settings.delivery_allowed_hosts)
