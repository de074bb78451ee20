"""SNS envelopes: certificates, topics, age, and the confirmation of subscriptions."""

import json
from dataclasses import replace

import pytest

from services.ingest.webhooks.events import ObjectEvent
from services.ingest.webhooks.sources.s3 import read_s3
from shared.errors import FetchFailed, Unavailable, UnverifiedSender
from tests.support.events.webhooks import (
    NOW,
    SUBSCRIBE_URL,
    bearer,
    certificate,
    delivery,
    envelope,
    record,
    records,
    webhook_settings,
)

MESSAGE = records(record("a.jpg")).decode()
CONFIRMATION = {
    "Type": "SubscriptionConfirmation",
    "Token": "2336412f37",
    "SubscribeURL": SUBSCRIBE_URL,
}


def sns(body: dict[str, str], **settings: object) -> list[object]:
    chosen = webhook_settings(**settings)
    return list(read_s3(delivery("s3", json.dumps(body).encode(), {}, settings=chosen)))


@pytest.mark.parametrize("version", ["1", "2"])
def test_the_message_in_a_signed_envelope_is_read(version: str) -> None:
    (event,) = sns(envelope(MESSAGE, version))

    assert isinstance(event, ObjectEvent)
    assert event.key == "a.jpg"


def test_a_topic_that_is_not_configured_is_refused_although_amazon_signed_it() -> None:
    with pytest.raises(UnverifiedSender, match="TAGLOOP_SNS_TOPICS"):
        sns(envelope(MESSAGE), sns_topics=[])
    with pytest.raises(UnverifiedSender, match="TAGLOOP_SNS_TOPICS"):
        sns(envelope(MESSAGE, members={"TopicArn": "arn:aws:sns:eu-west-1:666666666666:up"}))


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.us-east-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example/a.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/a.pem",
        "https://evil.example@sns.eu-west-1.amazonaws.com/a.pem",
        "https://evil.example/sns.eu-west-1.amazonaws.com/a.pem",
        "https://evil.example#sns.eu-west-1.amazonaws.com/a.pem",
        "https://evil.example\\@sns.eu-west-1.amazonaws.com/a.pem",
        "https://evilsns.eu-west-1.amazonaws.com/a.pem",
        "https://s3.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/a.pem",
        "https://sns.a/b.eu-west-1.amazonaws.com/a.pem",
        "https://[sns.eu-west-1.amazonaws.com/a.pem",
        "file:///sns.eu-west-1.amazonaws.com/a.pem",
    ],
)
@pytest.mark.parametrize("member", ["SigningCertURL", "SubscribeURL"])
def test_nothing_is_fetched_from_other_hosts(url: str, member: str) -> None:
    fetched: list[str] = []

    def fetch(url: str) -> bytes:
        fetched.append(url)
        return certificate()

    body = envelope(MESSAGE, members={**CONFIRMATION, member: url})
    one = delivery("s3", json.dumps(body).encode(), {})
    with pytest.raises(UnverifiedSender, match=r"not an address of Amazon|not a URL"):
        read_s3(replace(one, fetch=fetch, fetch_certificate=fetch))

    assert url not in fetched


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?Action=-----BEGIN%20CERTIFICATE-----",
        "/SimpleNotificationService-01d0.pem?Action=ListTopics",
        "/SimpleNotificationService-01d0.pem#x",
        "/SimpleNotificationService-01d0.pem/",
        "/x/SimpleNotificationService-01d0.pem",
        "/../SimpleNotificationService-01d0.pem",
        "//SimpleNotificationService-01d0.pem",
        "/SimpleNotificationService-01d0xpem",
        "\n/SimpleNotificationService-01d0.pem",
    ],
)
def test_only_certificates_are_fetched_from_amazons_host(path: str) -> None:
    body = envelope(
        MESSAGE, members={"SigningCertURL": f"https://sns.eu-west-1.amazonaws.com{path}"}
    )
    one = delivery("s3", json.dumps(body).encode(), {})

    with pytest.raises(UnverifiedSender, match=r"not one of Amazon's|not an address of Amazon"):
        read_s3(replace(one, fetch_certificate=pytest.fail))


def test_an_expired_certificate_is_refused() -> None:
    one = delivery("s3", json.dumps(envelope(MESSAGE)).encode(), {})

    with pytest.raises(UnverifiedSender, match="not valid at this time"):
        read_s3(replace(one, fetch_certificate=lambda _: certificate(expired=True)))


@pytest.mark.parametrize("answer", [b"", b"<html>", b"-----BEGIN CERTIFICATE-----"])
def test_an_invalid_certificate_is_refused(answer: bytes) -> None:
    one = delivery("s3", json.dumps(envelope(MESSAGE)).encode(), {})

    with pytest.raises(UnverifiedSender):
        read_s3(replace(one, fetch_certificate=lambda _: answer))


def test_amazon_may_retry_when_its_certificate_cannot_be_fetched() -> None:
    def away(url: str) -> bytes:
        raise FetchFailed

    one = delivery("s3", json.dumps(envelope(MESSAGE)).encode(), {})
    with pytest.raises(Unavailable):
        read_s3(replace(one, fetch_certificate=away))


def test_the_hour_in_which_amazon_tries_again_is_not_too_old() -> None:
    assert sns(envelope(MESSAGE, at=NOW - 3600))
    with pytest.raises(UnverifiedSender, match="published"):
        sns(envelope(MESSAGE, at=NOW - 4000))


def test_a_subscription_is_confirmed_once_it_is_verified() -> None:
    fetched: list[str] = []
    body = envelope("You have chosen to subscribe.", members=CONFIRMATION)

    def confirm(url: str) -> bytes:
        fetched.append(url)
        return b""

    one = delivery("s3", json.dumps(body).encode(), {})
    assert read_s3(replace(one, fetch=confirm)) == []
    assert fetched == [SUBSCRIBE_URL]

    forged = json.dumps({**body, "Token": "another"}).encode()
    with pytest.raises(UnverifiedSender):
        read_s3(replace(one, body=forged, fetch=confirm))
    assert fetched == [SUBSCRIBE_URL]


def test_the_end_of_a_subscription_is_not_undone() -> None:
    body = envelope("Ended.", members={**CONFIRMATION, "Type": "UnsubscribeConfirmation"})
    one = delivery("s3", json.dumps(body).encode(), {})

    assert read_s3(replace(one, fetch=pytest.fail)) == []


def test_a_token_does_not_stand_in_for_the_signature() -> None:
    body = json.dumps({**envelope(MESSAGE), "Signature": "AAAA"}).encode()

    with pytest.raises(UnverifiedSender):
        read_s3(delivery("s3", body, bearer()))
