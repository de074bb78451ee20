"""Amazon SNS: an envelope signed with a certificate, and subscriptions to confirm.

Anyone can create a topic, and Amazon signs its messages too. So only topics that the deployment
names are accepted.
"""

import base64
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from services.ingest.webhooks.events import FetchText, WebhookDelivery
from services.ingest.webhooks.payload import member, optional_text, text_at
from shared.errors import BadRequest, FetchFailed, Unavailable, UnsafeUrl, UnverifiedSender

# `cryptography` takes 7 MB of each web process, so it is imported with the first envelope.
if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

NOTIFICATION = "Notification"
CONFIRMATIONS = ("SubscriptionConfirmation", "UnsubscribeConfirmation")
# The signed members, in this order; Subject only if there is one.
SIGNED = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    **dict.fromkeys(
        CONFIRMATIONS,
        ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    ),
}
HOST = re.compile(r"sns\.(?P<region>[a-z0-9-]{3,40})\.amazonaws\.com(\.cn)?")
# The path of Amazon's certificates. At other paths the host echoes text from the request.
CERTIFICATE = re.compile(r"https://[a-z0-9.-]+/SimpleNotificationService(-[A-Za-z0-9]+)?\.pem")
# arn:aws:sns:<region>:<account>:<name>
REGION_OF_ARN = 3
# The timestamp is the time of publication, and SNS retries for up to an hour.
WINDOW_SECONDS = 3600 + 300


def is_envelope(body: dict[str, Any]) -> bool:
    """Return whether a body is an SNS envelope, of any type."""
    return "TopicArn" in body and optional_text(body, "Type") in SIGNED


def open_envelope(delivery: WebhookDelivery, body: dict[str, Any]) -> str | None:
    """Return the message in an envelope; confirm a subscription, for which it is None.

    Raises:
        UnverifiedSender: the topic is not accepted, or the signature is wrong.
        Unavailable: the certificate can't be fetched, or the subscription can't be confirmed, at
            the moment.
    """
    topic = text_at(body, "TopicArn")
    if topic not in delivery.settings.sns_topics:
        raise UnverifiedSender(
            f"The topic {topic[:200]!r} is not accepted; add it to TAGLOOP_SNS_TOPICS."
        )
    _check_signature(delivery, body)
    _check_time(delivery, text_at(body, "Timestamp"))
    kind = text_at(body, "Type")
    if kind == NOTIFICATION:
        return text_at(body, "Message")
    if kind == "SubscriptionConfirmation":
        _fetch(delivery.fetch, _amazon_url(body, "SubscribeURL"))
    return None


def _check_signature(delivery: WebhookDelivery, body: dict[str, Any]) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA1, SHA256

    algorithm = {"1": SHA1, "2": SHA256}.get(text_at(body, "SignatureVersion"))
    if algorithm is None:
        raise UnverifiedSender("The SignatureVersion is neither 1 nor 2.")
    try:
        signature = base64.b64decode(text_at(body, "Signature"), validate=True)
        key = _certified_key(delivery, _certificate_url(body))
        key.verify(signature, _signed_text(body), PKCS1v15(), algorithm())
    except (InvalidSignature, ValueError) as error:
        raise UnverifiedSender("The signature does not fit the message.") from error


def _signed_text(body: dict[str, Any]) -> bytes:
    lines = [
        line
        for name in SIGNED[text_at(body, "Type")]
        if name != "Subject" or member(body, name)
        for line in (name, text_at(body, name))
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def _certified_key(delivery: WebhookDelivery, url: str) -> "RSAPublicKey":
    """Return the key of Amazon's certificate, which TLS proves to come from Amazon's host."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.x509 import load_pem_x509_certificate

    certificate = load_pem_x509_certificate(_fetch(delivery.fetch_certificate, url))
    now = datetime.fromtimestamp(delivery.received_at, UTC)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise UnverifiedSender("The certificate of the signature is not valid at this time.")
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        raise UnverifiedSender("The certificate of the signature has no RSA key.")
    return key


def _certificate_url(body: dict[str, Any]) -> str:
    url = _amazon_url(body, "SigningCertURL")
    if CERTIFICATE.fullmatch(url) is None:
        raise UnverifiedSender(
            f"The SigningCertURL {url[:200]!r} is not one of Amazon's certificates."
        )
    return url


def _amazon_url(body: dict[str, Any], name: str) -> str:
    """Return a URL in an envelope if it leads to Amazon's SNS in the topic's region."""
    url = text_at(body, name)
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise UnverifiedSender(f"The {name} is not a URL.") from error
    host = HOST.fullmatch(parts.netloc)
    region = text_at(body, "TopicArn").split(":")[REGION_OF_ARN]
    if parts.scheme != "https" or host is None or host["region"] != region:
        raise UnverifiedSender(
            f"The {name} {url[:200]!r} is not an address of Amazon SNS in {region}."
        )
    return url


def _fetch(fetch: FetchText, url: str) -> bytes:
    try:
        return fetch(url)
    except (FetchFailed, UnsafeUrl) as error:
        raise Unavailable(f"Amazon SNS does not answer: {error}") from error


def _check_time(delivery: WebhookDelivery, text: str) -> None:
    try:
        published = datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError) as error:
        raise BadRequest("The Timestamp of the message is not a time.") from error
    if abs(delivery.received_at - published) > WINDOW_SECONDS:
        raise UnverifiedSender(
            f"The message was published more than {WINDOW_SECONDS} seconds from this server's time."
        )
