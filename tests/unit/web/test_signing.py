"""Signatures, checked by the library that receivers use."""

import base64
import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from shared.auth.signing import new_secret, signed_headers, signing_key
from shared.config import load_settings
from shared.errors import ConfigError

# From the specification: https://github.com/standard-webhooks/standard-webhooks
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'


def test_the_test_vector_of_the_specification_is_reproduced() -> None:
    headers = signed_headers([SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, BODY)

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize(
    "body", [b"{}", '{"name": "Zoë 🐈"}'.encode(), b'"' + b"x" * 20_000 + b'"']
)
def test_the_library_verifies_our_signatures(body: bytes) -> None:
    secret = new_secret()
    headers = signed_headers([secret], "id", int(time.time()), body)

    Webhook(secret).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + b" ", headers)


def test_one_of_two_secrets_is_enough_to_verify() -> None:
    old, new = new_secret(), new_secret()
    headers = signed_headers([new, old], "id", int(time.time()), BODY)

    for secret in (old, new):
        Webhook(secret).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(BODY, headers)


def test_no_two_secrets_are_the_same() -> None:
    secrets = {new_secret() for _ in range(100)}

    assert len(secrets) == 100
    assert all(len(signing_key(secret)) == 32 for secret in secrets)


@pytest.mark.parametrize(
    "secret",
    [
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_short",
        "whsec_" + base64.b64encode(bytes(23)).decode(),
        "whsec_" + base64.b64encode(bytes(65)).decode(),
        "whsec_" + "*" * 44,
    ],
)
def test_an_invalid_secret_stops_the_program_and_is_not_shown(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAGLOOP_CALLBACK_SECRET", secret)

    with pytest.raises(ConfigError, match="TAGLOOP_CALLBACK_SECRET is") as refused:
        load_settings()

    assert secret not in str(refused.value)
