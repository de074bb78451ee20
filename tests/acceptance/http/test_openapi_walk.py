"""Every operation of the OpenAPI document, with invalid parameters."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.acceptance.api import Api

pytestmark = pytest.mark.acceptance

EXAMPLES = 300
METHODS = ("get", "post", "put", "patch", "delete")
CONTENT_TYPES = ("application/json", "image/jpeg", "text/plain", "multipart/form-data; boundary=a")
# Longer paths and queries are refused by the HTTP server itself.
MAX_TEXT = 100

texts = st.one_of(
    st.text(max_size=MAX_TEXT),
    st.sampled_from(["", "\0", "nan", "-1", "0", "1e309", "9" * 30, "dog", "true", "null", "[]"]),
    st.uuids().map(str),
)
values = st.one_of(st.integers().map(str), st.floats().map(str), texts)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=10,
)
MEMBERS = ("url", "owner", "hashtags", "metadata", "wait", "sha256", "ids")
bodies = st.one_of(
    st.binary(max_size=500),
    json_values.map(lambda value: json.dumps(value).encode()),
    st.fixed_dictionaries({}, optional=dict.fromkeys(MEMBERS, json_values)).map(
        lambda value: json.dumps(value).encode()
    ),
)


@dataclass(frozen=True)
class Operation:
    """One method of one path, and the names of its parameters."""

    method: str
    path: str
    in_path: tuple[str, ...]
    in_query: tuple[str, ...]


@cache
def read_operations(api: Api) -> tuple[Operation, ...]:
    """Return the operations of the running server."""
    return tuple(
        Operation(method, path, _names(described, "path"), _names(described, "query"))
        for path, methods in api.get("/openapi.json")["paths"].items()
        for method, described in methods.items()
        if method in METHODS
    )


def _names(described: dict[str, Any], place: str) -> tuple[str, ...]:
    return tuple(p["name"] for p in described.get("parameters", ()) if p["in"] == place)


def test_the_document_describes_the_api(api: Api) -> None:
    found = {(operation.method, operation.path) for operation in read_operations(api)}

    assert {
        ("post", "/v1/images"),
        ("get", "/v1/images/{image_id}"),
        ("delete", "/v1/images/{image_id}"),
        ("get", "/v1/tags"),
        ("get", "/v1/models"),
    } <= found


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_no_operation_fails_whatever_it_is_asked(api: Api, data: st.DataObject) -> None:
    operation = data.draw(st.sampled_from(read_operations(api)))
    path = operation.path
    for name in operation.in_path:
        path = path.replace(f"{{{name}}}", quote(data.draw(texts), safe=""))
    query = {
        name: data.draw(values).encode(errors="surrogatepass")
        for name in operation.in_query
        if data.draw(st.booleans())
    }
    takes_body = operation.method in ("post", "put", "patch")

    # `request` fails the test at any answer of 5xx.
    answer = api.request(
        operation.method.upper(),
        path,
        data.draw(bodies) if takes_body else None,
        {"Content-Type": data.draw(st.sampled_from(CONTENT_TYPES))} if takes_body else None,
        **query,
    )

    if answer.status >= 400 and operation.path.startswith("/compat/"):
        # In the vendor's own form.
        assert answer.json()
    elif answer.status >= 400:
        answer.problem()
