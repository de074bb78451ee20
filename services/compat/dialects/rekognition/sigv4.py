"""Compute the signature of a request by AWS' Signature Version 4."""

import hashlib
import hmac
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"
UNRESERVED = "-_.~"
TIME_FORMAT = "%Y%m%dT%H%M%SZ"
_PARTS = re.compile(
    rf"{ALGORITHM}\s+Credential=(?P<credential>[^,\s]+)\s*,\s*"
    r"SignedHeaders=(?P<headers>[^,\s]+)\s*,\s*Signature=(?P<signature>[0-9a-f]{64})\s*"
)
_DATE = re.compile(r"[0-9]{8}")


class Malformed(ValueError):
    """The Authorization header is not in the form of Signature Version 4."""


@dataclass(frozen=True)
class CredentialScope:
    """The credential scope that a signing key is valid for. date: yyyymmdd."""

    date: str
    region: str
    service: str

    def __str__(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/{TERMINATOR}"


@dataclass(frozen=True)
class Signature:
    """The content of an Authorization header. headers: the names of the signed headers."""

    access_key_id: str
    scope: CredentialScope
    headers: tuple[str, ...]
    signature: str


@dataclass(frozen=True)
class SignedRequest:
    """A request as it arrived.

    path, query: as they were sent, percent-encoded or not. headers: names in lower case.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes | bytearray


def parse_authorization(text: str) -> Signature:
    """Read an Authorization header.

    Raises:
        Malformed: it has another form.
    """
    found = _PARTS.fullmatch(text.strip())
    if found is None:
        raise Malformed(
            f"Authorization header requires '{ALGORITHM}' with the parameters 'Credential', "
            "'SignedHeaders' and 'Signature'."
        )
    access_key_id, *scope = found["credential"].rsplit("/", 4)
    if len(scope) != 4 or scope[3] != TERMINATOR or not _DATE.fullmatch(scope[0]):
        raise Malformed(
            "Credential must have five slash-delimited elements, as in "
            f"KEYID/yyyymmdd/region/service/{TERMINATOR}."
        )
    headers = tuple(found["headers"].split(";"))
    if list(headers) != sorted(set(headers)) or any(name != name.lower() for name in headers):
        raise Malformed("SignedHeaders must be sorted names in lower case, each once.")
    return Signature(access_key_id, CredentialScope(*scope[:3]), headers, found["signature"])


def sign(
    secret: str, scope: CredentialScope, time: str, signed: Sequence[str], asked: SignedRequest
) -> str:
    """Return the signature of a request, in hex.

    time: of the signature, as in X-Amz-Date. signed: names of the signed headers, in order.

    Raises:
        KeyError: a signed header is missing.
    """
    digest = hashlib.sha256(canonical_request(signed, asked).encode()).hexdigest()
    to_sign = f"{ALGORITHM}\n{time}\n{scope}\n{digest}"
    key = f"AWS4{secret}".encode()
    for part in (scope.date, scope.region, scope.service, TERMINATOR):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()


def canonical_request(signed: Sequence[str], asked: SignedRequest) -> str:
    """Return the text whose digest is signed."""
    headers = [f"{name}:{' '.join(asked.headers[name].split())}\n" for name in signed]
    return "\n".join(
        (
            asked.method,
            _canonical_path(asked.path),
            _canonical_query(asked.query),
            "".join(headers),
            ";".join(signed),
            hashlib.sha256(asked.body).hexdigest(),
        )
    )


def _canonical_path(path: str) -> str:
    """Return the path without empty and dotted segments, percent-encoded as it was sent."""
    if not path:
        return "/"
    plain = posixpath.normpath(f"/{path.lstrip('/')}")
    is_folder = path.endswith(("/", "/.", "/..")) and plain != "/"
    return quote(plain + ("/" if is_folder else ""), safe=f"/{UNRESERVED}")


def _canonical_query(query: str) -> str:
    pairs = [part.partition("=")[::2] for part in query.split("&") if part]
    return "&".join(
        f"{name}={value}" for name, value in sorted((_encode(n), _encode(v)) for n, v in pairs)
    )


def _encode(text: str) -> str:
    return quote(unquote_to_bytes(text), safe=UNRESERVED)
