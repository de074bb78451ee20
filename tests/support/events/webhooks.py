"""Deliveries as senders make them, in the words of their documentation.

The signatures of Cloudinary, Filestack and Uploadcare were made with `openssl dgst`, so that they
do not stand on the code that they test.
"""

import base64
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook
from werkzeug.datastructures import Headers

from services.ingest.webhooks.events import WebhookDelivery
from shared.config import Settings, load_settings
from shared.errors import FetchFailed

NOW = 1_700_000_000
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TOKEN = "a-token-for-events"
BUCKET = "pictures"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:uploads"
CERTIFICATE_URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-01d0.pem"
SUBSCRIBE_URL = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37"
SECRETS = {
    "cloudinary": ["api-secret"],
    "filestack": ["fs-secret"],
    "uploadcare": ["uc-secret"],
    "s3": ["minio-token"],
    "standard": [KEY, TOKEN],
}

CLOUDINARY = (
    b'{"notification_type":"upload","asset_id":"a1","public_id":"shop/cat","version":1700000000,'
    b'"resource_type":"image","format":"jpg","bytes":120253,"tags":["cat","pet"],'
    b'"context":{"custom":{"alt":"A cat"}},"original_filename":"cat",'
    b'"secure_url":"https://res.cloudinary.com/demo/image/upload/v1700000000/shop/cat.jpg"}'
)
CLOUDINARY_SHA1 = "7fa0c92504f7787eacef821a9bcc62811179f7c5"
CLOUDINARY_SHA256 = "f7bf117c30c45cd45c93c9ea42c1528779884234c48cf403c64bcd6a5313b5bd"
FILESTACK = (
    b'{"id":6844,"action":"fp.upload","timestamp":1699999990,"text":{"container":"uploads",'
    b'"url":"https://cdn.filestackcontent.com/Q5eBTKldRfCSuEjUYuAz","filename":"cat.jpg",'
    b'"client":"Computer","key":"kWg9_cat.jpg","type":"image/jpeg","status":"Stored",'
    b'"size":64013}}'
)
FILESTACK_HMAC = "f8ba1076013a81a7fa92c81c2029efa0b7f9ffd06a5abc847c86dc9e1e67a859"
UPLOADCARE = (
    b'{"hook":{"id":8,"project_id":123,"target":"https://tags.example.org/v1/webhooks/uploadcare",'
    b'"event":"file.uploaded"},"data":{"uuid":"740e1b8c-1ad8-4324-b7ec-112c79d8eac2",'
    b'"mime_type":"image/jpeg","size":139563,"is_image":true,"original_filename":"cat.jpg",'
    b'"original_file_url":"https://ucarecdn.com/740e1b8c-1ad8-4324-b7ec-112c79d8eac2/cat.jpg",'
    b'"metadata":{"shop":"7"}}}'
)
UPLOADCARE_HMAC = "c55e70a918c457f19c74eb53ce8784908f28781700915d3c8b8fa0442c0007c5"


# What Amazon signs, in the order of its documentation.
SIGNED_OF_MESSAGES = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
SIGNED_OF_CONFIRMATIONS = (
    "Message",
    "MessageId",
    "SubscribeURL",
    "Timestamp",
    "Token",
    "TopicArn",
    "Type",
)


def webhook_settings(**values: Any) -> Settings:
    """Return settings with a secret for every source, and a topic."""
    return load_settings(**{"webhook_secrets": SECRETS, "sns_topics": [TOPIC], **values})


def delivery(
    source: str,
    body: bytes,
    headers: dict[str, str],
    received_at: float = NOW,
    settings: Settings | None = None,
) -> WebhookDelivery:
    """Return a delivery as the route passes it on."""
    chosen = settings or webhook_settings()
    get = serve_amazon
    return WebhookDelivery(source, body, Headers(headers), received_at, chosen, get, get)


def record(
    key: str, name: str = "ObjectCreated:Put", sequencer: str = "0A1B", **members: Any
) -> dict[str, Any]:
    """Return a record of AWS; `key` as it is sent, form-URL-encoded."""
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "eu-west-1",
        "eventTime": "2023-11-14T22:13:20.000Z",
        "eventName": name,
        "userIdentity": {"principalId": "AWS:AIDAJDPLRKLG7UEXAMPLE"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "uploads",
            "bucket": {"name": BUCKET, "arn": f"arn:aws:s3:::{BUCKET}"},
            "object": {"key": key, "size": 1024, "sequencer": sequencer, **members},
        },
    }


def records(*found: dict[str, Any]) -> bytes:
    """Return the body of a notification."""
    return json.dumps({"Records": found}).encode()


def message(url: str = "https://example.com/a.jpg", **data: Any) -> bytes:
    """Return a body of Standard Webhooks."""
    return json.dumps({"type": "picture.added", "data": {"url": url, **data}}).encode()


def cloud_event(number: int) -> dict[str, Any]:
    """Return a structured CloudEvent."""
    data = {"url": f"https://example.com/{number}.jpg"}
    return {"specversion": "1.0", "id": f"{number}", "source": "/shop", "type": "a", "data": data}


def bearer(token: str = "minio-token") -> dict[str, str]:
    """Return the headers of a sender that does not sign."""
    return {"Authorization": f"Bearer {token}"}


def signed(
    body: bytes, message: str = "msg_1", sent_at: float | None = None, key: str = KEY
) -> dict[str, str]:
    """Return the headers of Standard Webhooks; sent_at in Unix seconds, now if not given."""
    at = datetime.now(UTC) if sent_at is None else datetime.fromtimestamp(sent_at, UTC)
    return {
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(key).sign(message, at, body.decode()),
    }


@cache
def amazon_key() -> rsa.RSAPrivateKey:
    """Return the key that stands for Amazon's."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def certificate(expired: bool = False) -> bytes:
    """Return a certificate of that key, in PEM."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    start = datetime.fromtimestamp(NOW, UTC) - timedelta(days=30)
    end = start + timedelta(days=1 if expired else 36500)
    builder = x509.CertificateBuilder(name, name, amazon_key().public_key(), 1, start, end)
    return builder.sign(amazon_key(), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def serve_amazon(url: str) -> bytes:
    """Return what Amazon's hosts respond."""
    answers = {CERTIFICATE_URL: certificate(), SUBSCRIBE_URL: b"<ConfirmSubscriptionResponse/>"}
    if url not in answers:
        raise FetchFailed(f"The server answered 404 for {url}.")
    return answers[url]


def envelope(
    message: str, version: str = "1", at: float = NOW, members: dict[str, str] | None = None
) -> dict[str, str]:
    """Return an SNS notification, signed as SNS signs."""
    body = {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Subject": "Amazon S3 Notification",
        "Message": message,
        "Timestamp": datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z"),
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE_URL,
        **(members or {}),
    }
    is_message = body["Type"] == "Notification"
    if not is_message:
        del body["Subject"]
    names = SIGNED_OF_MESSAGES if is_message else SIGNED_OF_CONFIRMATIONS
    text = "".join(f"{name}\n{body[name]}\n" for name in names).encode()
    algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()
    signature = amazon_key().sign(text, padding.PKCS1v15(), algorithm)
    return {**body, "Signature": base64.b64encode(signature).decode()}
