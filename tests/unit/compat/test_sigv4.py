"""Signature Version 4, against AWS' published vectors and botocore."""

import string
from datetime import UTC, datetime
from unittest.mock import patch

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from services.compat.dialects.rekognition.sigv4 import (
    CredentialScope,
    Malformed,
    SignedRequest,
    parse_authorization,
    sign,
)

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
ACCESS_KEY_ID = "AKIDEXAMPLE"
TIME = "20150830T123600Z"
SCOPE = CredentialScope("20150830", "us-east-1", "service")
HOST = {"host": "example.amazonaws.com", "x-amz-date": TIME}
FORM = b"Param1=value1"
FORM_DIGEST = "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"
TOKEN = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"

# From AWS' signing test suite: method, address, further headers, body, signature.
VECTORS = {
    "vanilla": (
        *("GET", "/", {}, b""),
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ),
    "relative path": (
        *("GET", "/example1/example2/../..", {}, b""),
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ),
    "slashes": (
        *("GET", "//example//", {}, b""),
        "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84",
    ),
    "space": (
        *("GET", "/example space/", {}, b""),
        "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
    ),
    "utf-8": (
        *("GET", "/ሴ", {}, b""),
        "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
    ),
    "query in order": (
        *("GET", "/?Param2=value2&Param1=value1", {}, b""),
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ),
    "utf-8 in the query": (
        *("GET", "/?ሴ=bar", {}, b""),
        "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
    ),
    "repeated header": (
        *("GET", "/", {"my-header1": "value2,value2,value1"}, b""),
        "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
    ),
    "blanks in headers": (
        *("GET", "/", {"my-header1": " value1", "my-header2": ' "a   b   c"'}, b""),
        "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    ),
    "session token": (
        *("GET", "/", {"x-amz-security-token": TOKEN}, b""),
        "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8",
    ),
    "form": (
        "POST",
        "/",
        {
            "content-type": "application/x-www-form-urlencoded",
            "content-length": "13",
            "x-amz-content-sha256": FORM_DIGEST,
        },
        FORM,
        "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b",
    ),
}

SEGMENTS = st.lists(
    st.text(string.ascii_letters + string.digits + "-_.~%@:+ é", max_size=6), max_size=5
)
PLAIN = st.text(string.ascii_letters + string.digits + "-_.~", min_size=1, max_size=6)
VALUES = st.text(string.ascii_letters + string.digits + " \t,;=/\"'", min_size=1, max_size=20)
HEADERS = st.dictionaries(PLAIN.map(lambda name: f"x-{name.lower()}"), VALUES, max_size=4)


@pytest.mark.parametrize("name", VECTORS)
def test_published_signatures_are_reproduced(name: str) -> None:
    method, address, more, body, signature = VECTORS[name]
    path, _, query = address.partition("?")
    headers = {**HOST, **more}

    asked = SignedRequest(method, path, query, headers, body)

    assert sign(SECRET, SCOPE, TIME, sorted(headers), asked) == signature


@given(
    SEGMENTS, st.lists(st.tuples(PLAIN, PLAIN), max_size=4), HEADERS, st.binary(max_size=50), PLAIN
)
def test_signatures_equal_those_of_botocore(
    segments: list[str], query: list[tuple[str, str]], more: dict[str, str], body: bytes, key: str
) -> None:
    path = "/" + "/".join(segments)
    address = path + ("?" + "&".join(map("=".join, query)) if query else "")
    request = AWSRequest("POST", f"http://tagloop:8080{address}", data=body, headers=more)
    signer = botocore.auth.SigV4Auth(Credentials(ACCESS_KEY_ID, key), "rekognition", "eu-west-1")
    with patch("botocore.auth.get_current_datetime", lambda: datetime.now(UTC)):
        signer.add_auth(request)

    found = parse_authorization(request.headers["Authorization"])
    headers = {name.lower(): str(value) for name, value in request.headers.items()}
    headers["host"] = "tagloop:8080"
    asked = SignedRequest("POST", path, address.partition("?")[2], headers, body)

    assert found.access_key_id == ACCESS_KEY_ID
    assert sign(key, found.scope, headers["x-amz-date"], found.headers, asked) == found.signature


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic dXNlcjpwYXNz",
        "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=" + "0" * 64,
        "AWS4-HMAC-SHA256 Credential=a/20150830/r/s/aws4_request, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=a/today/r/s/aws4_request, SignedHeaders=host, Signature="
        + "0" * 64,
        "AWS4-HMAC-SHA256 Credential=a/20150830/r/s/aws4_request, SignedHeaders=x-a;host, "
        "Signature=" + "0" * 64,
        "AWS4-HMAC-SHA256 Credential=a/20150830/r/s/aws4_request, SignedHeaders=Host, Signature="
        + "0" * 64,
    ],
)
def test_a_malformed_header_is_refused(header: str) -> None:
    with pytest.raises(Malformed):
        parse_authorization(header)
