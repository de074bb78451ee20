"""Standard Webhooks, and CloudEvents in all three content modes: pictures under `data.url`.

A secret that begins with `whsec_` is a signing key; any other is a token that CloudEvents carry as
`Authorization: Bearer`, as the CloudEvents specification for webhooks says.
"""

from standardwebhooks import Webhook, WebhookVerificationError

from services.ingest.webhooks.events import Event, PictureAt, WebhookDelivery
from services.ingest.webhooks.payload import member, read_json_object, text_at
from services.ingest.webhooks.payload import without_nothing as given
from services.ingest.webhooks.signatures import check_bearer, require_header, require_secrets
from services.ingest.webhooks.sources import cloudevents
from shared.errors import ConfigError, UnverifiedSender

KEY_PREFIX = "whsec_"
# More would be milliseconds.
MAX_TIMESTAMP_DIGITS = 11
OPTIONS = ("owner", "hashtags", "metadata", "callback_url")


def read_standard(delivery: WebhookDelivery) -> list[Event]:
    """Return the pictures of a signed message or of CloudEvents."""
    form = cloudevents.form_of(delivery)
    is_signed = "webhook-signature" in delivery.headers
    if form is not None and not is_signed:
        check_bearer(delivery, lambda secret: not secret.startswith(KEY_PREFIX))
        said = cloudevents.read_events(delivery, form)
        return [_picture(one.id, one.data, None) for one in said]
    message, sent_at = _verify(delivery)
    if form is None or form is cloudevents.ContentMode.BINARY:
        # The headers of a binary CloudEvent are not signed, so its id can't be trusted.
        body = read_json_object(delivery.body)
        data = body if form is cloudevents.ContentMode.BINARY else member(body, "data")
        return [_picture(message, data, sent_at)]
    return [_picture(one.id, one.data, sent_at) for one in cloudevents.read_events(delivery, form)]


def _picture(event: str, data: object, sent_at: int | None) -> PictureAt:
    return PictureAt(
        event=event,
        url=text_at({"data": data}, "data", "url"),
        sent_at=sent_at,
        options=given({name: member(data, name) for name in OPTIONS}),
    )


def _verify(delivery: WebhookDelivery) -> tuple[str, int]:
    """Return the id of the message and the time of this delivery, in Unix seconds.

    The library fixes the accepted age at five minutes.
    """
    keys = [secret for secret in require_secrets(delivery) if secret.startswith(KEY_PREFIX)]
    message = require_header(delivery, "webhook-id")
    timestamp = require_header(delivery, "webhook-timestamp")
    signatures = require_header(delivery, "webhook-signature").split()
    is_number = timestamp.isascii() and timestamp.isdigit()
    if not is_number or len(timestamp) > MAX_TIMESTAMP_DIGITS:
        raise UnverifiedSender("The header webhook-timestamp is not in Unix seconds.")
    if not all(one.isascii() and "," in one for one in signatures):
        raise UnverifiedSender("The header webhook-signature is not as in `v1,` and base64.")
    headers = {
        "webhook-id": message,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signatures),
    }
    reason = "there is no secret that begins with whsec_"
    for key in keys:
        try:
            _open(key).verify(delivery.body, headers, json_parse=False)
            return message, int(timestamp)
        # The library does not catch the errors of its own parsing.
        except (WebhookVerificationError, ValueError) as error:
            reason = str(error)
    raise UnverifiedSender(f"The message cannot be verified: {reason}.")


def _open(key: str) -> Webhook:
    try:
        return Webhook(key)
    except Exception as error:
        raise ConfigError(
            "TAGLOOP_WEBHOOK_STANDARD_SECRET has a key that is not whsec_ followed by base64."
        ) from error
