"""Types of settings whose text is more than a number or a word, each with a clear error."""

import json
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from celery.app.backends import BACKEND_ALIASES
from kombu.transport import TRANSPORT_ALIASES
from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from shared.auth.aws_keys import MIN_MASTER_CHARACTERS
from shared.auth.signing import signing_key

NO_NAMES = 'has to be a list of names in JSON, such as ["a", "b"]'
# Celery takes several addresses: the next one is used while the first is unreachable.
BETWEEN_BROKERS = ";"


def parse_names(value: object) -> object:
    """Parse a list in JSON. pydantic-settings' own error would not name the variable."""
    if not isinstance(value, str):
        return value
    try:
        names = json.loads(value)
    except ValueError as error:
        raise ValueError(NO_NAMES) from error
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(NO_NAMES)
    return names


def none_where_empty(value: object) -> object:
    """Read an empty text as None, which a variable cannot hold."""
    return None if value == "" else value


def check_secret(value: SecretStr) -> SecretStr:
    """Check a signing secret now rather than at the first delivery."""
    if value.get_secret_value():
        signing_key(value.get_secret_value())
    return value


def check_master_secret(value: SecretStr) -> SecretStr:
    """Check that a secret that others are derived from is empty or too long to guess."""
    if 0 < len(value.get_secret_value()) < MIN_MASTER_CHARACTERS:
        raise ValueError(f"has to have at least {MIN_MASTER_CHARACTERS} characters")
    return value


def check_broker_url(value: str) -> str:
    """Check that kombu has a transport for the address."""
    for address in value.split(BETWEEN_BROKERS):
        # Of redis+socket, as kombu reads it, redis is the transport.
        scheme = _scheme_of(address, "such as redis://host:6379/0").partition("+")[0]
        if scheme not in TRANSPORT_ALIASES:
            known = ", ".join(sorted(TRANSPORT_ALIASES))
            raise ValueError(f"unknown broker {scheme!r}; use one of {known}")
    return value


def check_result_url(value: str) -> str:
    """Check that the address is empty or that Celery has a result backend for it."""
    if value:
        scheme = _scheme_of(value, "such as redis://host:6379/1").partition("+")[0]
        if scheme not in BACKEND_ALIASES:
            known = ", ".join(sorted(BACKEND_ALIASES))
            raise ValueError(f"unknown result backend {scheme!r}; use one of {known}")
    return value


def check_redis_url(value: str) -> str:
    """Check that the address is empty or names a Redis."""
    rule = "such as redis://host:6379/0"
    if value and _scheme_of(value, rule).partition("+")[0] not in ("redis", "rediss"):
        raise ValueError(f"has to be the address of a Redis, {rule}")
    return value


def check_http_url(value: str) -> str:
    """Check that the address is empty or begins with http or https."""
    rule = "such as http://collector:4318"
    if value and _scheme_of(value, rule) not in ("http", "https"):
        raise ValueError(f"has to begin with http:// or https://, {rule}")
    return value


def _scheme_of(url: str, rule: str) -> str:
    """Return the part before `://`. Raises ValueError if the rest cannot be an address."""
    scheme, separator, _ = url.partition("://")
    if not separator or not scheme:
        raise ValueError(f"has to be an address, {rule}")
    try:
        _ = urlsplit(url).port
    except ValueError as error:
        raise ValueError(f"has to be an address, {rule}: its port is not a number") from error
    return scheme


Names = Annotated[frozenset[str], NoDecode, BeforeValidator(parse_names)]
# NoDecode, because an empty variable is not JSON.
PathOrNone = Annotated[Path | None, NoDecode, BeforeValidator(none_where_empty)]
HourOrNone = Annotated[int | None, NoDecode, BeforeValidator(none_where_empty)]
MasterSecret = Annotated[SecretStr, AfterValidator(check_master_secret)]
SigningSecret = Annotated[SecretStr, AfterValidator(check_secret)]
BrokerUrl = Annotated[str, AfterValidator(check_broker_url)]
ResultUrl = Annotated[str, AfterValidator(check_result_url)]
RedisUrl = Annotated[str, AfterValidator(check_redis_url)]
HttpUrl = Annotated[str, AfterValidator(check_http_url)]
