"""Who may call Rekognition's operations, and the form of every refusal."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from shared.auth.scopes import Scope
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.owners.keys import list_keys, revoke_key
from tests.support.learning.training import insert_version
from tests.support.pictures.pictures import READABLE
from tests.support.requests.aws import HOST, MASTER, ROOT, call, make_aws_key, send, sign_headers
from tests.support.requests.keys import app_like, app_with, client_of

PROJECTS = "DescribeProjects"
NOTHING: dict[str, Any] = {}


@pytest.fixture
def app(settings: Settings, first: int) -> Flask:
    return app_with(settings, auth=True, sigv4_secret=SecretStr(MASTER))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def keys(engine: Engine) -> tuple[str, str]:
    return make_aws_key(engine, Scope.INGEST)


def code_of(answer: TestResponse, status: int = 400) -> str:
    """Return the code of a refusal, which has to be where each of AWS's clients looks."""
    assert answer.status_code == status, answer.data
    assert answer.content_type == "application/x-amz-json-1.1"
    document = answer.get_json(force=True)
    assert document["__type"] == answer.headers["x-amzn-ErrorType"]
    assert document["Message"]
    assert answer.headers["x-amzn-RequestId"]
    return str(document["__type"])


def test_a_signed_request_is_answered(client: FlaskClient, keys: tuple[str, str]) -> None:
    answer = call(client, keys, PROJECTS, NOTHING)

    assert answer.status_code == 200
    [project] = answer.get_json(force=True)["ProjectDescriptions"]
    assert project["ProjectArn"].startswith("arn:aws:rekognition:eu-west-1:")


def test_the_clock_may_differ_by_five_minutes(client: FlaskClient, keys: tuple[str, str]) -> None:
    now = datetime.now(UTC)
    for minutes, is_taken in ((-6, False), (-4, True), (4, True), (6, False)):
        answer = call(client, keys, PROJECTS, NOTHING, now=now + timedelta(minutes=minutes))
        assert (answer.status_code == 200) is is_taken, minutes
        if not is_taken:
            assert code_of(answer) == "InvalidSignatureException"
            assert "5 min." in answer.get_json(force=True)["Message"]


def test_signed_parts_of_a_request_cannot_be_changed(
    client: FlaskClient, keys: tuple[str, str]
) -> None:
    headers = sign_headers(keys, PROJECTS, b"{}")
    changed = {
        "target": {**headers, "X-Amz-Target": "RekognitionService.StopProjectVersion"},
        "type": {**headers, "Content-Type": "application/json"},
        "time": {**headers, "X-Amz-Date": datetime.now(UTC).strftime("%Y%m%dT%H%M00Z")},
    }
    for name, sent in changed.items():
        if sent != headers:
            answer = send(client, PROJECTS, NOTHING, sent)
            assert code_of(answer) == "InvalidSignatureException", name
    body = send(client, PROJECTS, {"MaxResults": 3}, headers)
    assert code_of(body) == "InvalidSignatureException"
    address = send(client, PROJECTS, NOTHING, headers, path=f"{ROOT}/other")
    assert code_of(address) == "InvalidSignatureException"


def test_the_header_with_the_operation_has_to_be_signed(
    client: FlaskClient, keys: tuple[str, str]
) -> None:
    headers = sign_headers(keys, PROJECTS, b"{}")
    for name in ("host", "x-amz-target", "x-amz-date"):
        signed = headers["Authorization"].replace(f";{name}", "").replace(f"{name};", "")
        answer = send(client, PROJECTS, NOTHING, {**headers, "Authorization": signed})
        assert code_of(answer) == "InvalidSignatureException"
        assert name in answer.get_json(force=True)["Message"]


def test_an_unsigned_body_is_refused(client: FlaskClient, keys: tuple[str, str]) -> None:
    headers = sign_headers(keys, PROJECTS, b"{}")
    for digest in ("UNSIGNED-PAYLOAD", "0" * 64):
        answer = send(client, PROJECTS, NOTHING, {**headers, "X-Amz-Content-Sha256": digest})
        assert code_of(answer) == "InvalidSignatureException"


def test_a_key_of_another_service_or_secret_is_refused(
    client: FlaskClient, keys: tuple[str, str]
) -> None:
    assert code_of(call(client, keys, PROJECTS, NOTHING, service="s3")) == (
        "InvalidSignatureException"
    )
    assert code_of(call(client, (keys[0], "guess"), PROJECTS, NOTHING)) == (
        "InvalidSignatureException"
    )
    for unknown in ("TL" + "A" * 18, "AKIDEXAMPLE"):
        assert code_of(call(client, (unknown, keys[1]), PROJECTS, NOTHING)) == (
            "UnrecognizedClientException"
        )


def test_no_signature_and_half_a_signature_are_refused(client: FlaskClient) -> None:
    assert code_of(send(client, PROJECTS, NOTHING, {})) == "MissingAuthenticationTokenException"
    half = {"Authorization": "AWS4-HMAC-SHA256 Credential=a"}
    assert code_of(send(client, PROJECTS, NOTHING, half)) == "IncompleteSignatureException"
    bearer = {"Authorization": "Bearer tagloop_nothing"}
    assert code_of(send(client, PROJECTS, NOTHING, bearer)) == "UnrecognizedClientException"


def test_a_revoked_key_opens_nothing(
    app: Flask, client: FlaskClient, engine: Engine, keys: tuple[str, str]
) -> None:
    assert call(client, keys, PROJECTS, NOTHING).status_code == 200
    with transaction(engine) as connection:
        revoke_key(connection, list_keys(connection)[-1]["id"])

    answer = call(app_like(app).test_client(), keys, PROJECTS, NOTHING)

    assert code_of(answer) == "UnrecognizedClientException"


def test_a_read_only_key_may_not_send_pictures(client: FlaskClient, engine: Engine) -> None:
    reader = make_aws_key(engine, Scope.READ)

    assert code_of(call(client, reader, PROJECTS, NOTHING)) == "AccessDeniedException"


def test_an_access_key_id_is_no_key_by_itself(client: FlaskClient, keys: tuple[str, str]) -> None:
    answer = client.get("/v1/images", headers={"Authorization": f"Bearer {keys[0]}"}, base_url=HOST)

    assert answer.status_code == 401


def test_a_key_in_use_too_often_is_told_to_wait(client: FlaskClient, engine: Engine) -> None:
    hasty = make_aws_key(engine, Scope.INGEST, requests_per_minute=1)
    call(client, hasty, PROJECTS, NOTHING)

    answer = call(client, hasty, PROJECTS, NOTHING)

    assert code_of(answer) == "ThrottlingException"
    assert int(answer.headers["Retry-After"]) > 0


def test_a_prefix_that_a_proxy_removed_is_part_of_what_was_signed(
    app: Flask, keys: tuple[str, str]
) -> None:
    headers = sign_headers(keys, PROJECTS, b"{}", path=f"/photos{ROOT}")
    client = app.test_client()

    told = send(client, PROJECTS, NOTHING, {**headers, "X-Forwarded-Prefix": "/photos"})
    untold = send(client, PROJECTS, NOTHING, headers)

    assert told.status_code == 200
    assert code_of(untold) == "InvalidSignatureException"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"{", "SerializationException"),
        (b"[]", "SerializationException"),
        ({}, "InvalidParameterException"),
        ({"Image": {}}, "InvalidParameterException"),
        ({"Image": 3}, "InvalidParameterException"),
        (
            {"Image": {"Bytes": "aaaa", "S3Object": {"Bucket": "abc", "Name": "n"}}},
            "InvalidParameterException",
        ),
        ({"Image": {"Bytes": "not base64!"}}, "InvalidParameterException"),
        ({"Image": {"Bytes": ""}}, "InvalidParameterException"),
        ({"Image": {"Bytes": "aaaa"}, "MaxLabels": -1}, "InvalidParameterException"),
        ({"Image": {"Bytes": "aaaa"}, "MinConfidence": 101}, "InvalidParameterException"),
        ({"Image": {"Bytes": "aaaa"}, "Features": ["FACES"]}, "InvalidParameterException"),
        ({"Image": {"Bytes": "aaaa"}}, "InvalidImageFormatException"),
        # Null means absent.
        (
            {"Image": {"Bytes": "aaaa", "S3Object": None}, "MaxLabels": None, "Settings": None},
            "InvalidImageFormatException",
        ),
        (
            {"Image": {"Bytes": base64.b64encode(bytes(5 * 1024 * 1024 + 1)).decode()}},
            "ImageTooLargeException",
        ),
        (b" " * (16 * 1024 * 1024 + 1), "ImageTooLargeException"),
        ({"Image": {"S3Object": {"Bucket": "other", "Name": "n"}}}, "InvalidS3ObjectException"),
    ],
)
def test_bad_input_is_refused_by_its_code(
    client: FlaskClient, keys: tuple[str, str], document: Any, code: str
) -> None:
    assert code_of(call(client, keys, "DetectLabels", document)) == code


@pytest.mark.parametrize("operation", [PROJECTS, "DescribeProjectVersions"])
def test_pages_are_asked_for_within_the_models_limits(
    client: FlaskClient, keys: tuple[str, str], operation: str
) -> None:
    [project] = call(client, keys, PROJECTS, NOTHING).get_json(force=True)["ProjectDescriptions"]
    asked = {"ProjectArn": project["ProjectArn"]}

    for wrong, code in (
        ({"MaxResults": 0}, "InvalidParameterException"),
        ({"MaxResults": 101}, "InvalidParameterException"),
        ({"NextToken": "nonsense"}, "InvalidPaginationTokenException"),
    ):
        assert code_of(call(client, keys, operation, asked | wrong)) == code


def test_without_keys_an_arn_has_the_region_of_the_client(settings: Settings, first: int) -> None:
    client = app_with(settings).test_client()

    answer = call(client, ("any", "key"), PROJECTS, NOTHING)

    [project] = answer.get_json(force=True)["ProjectDescriptions"]
    assert project["ProjectArn"].startswith("arn:aws:rekognition:eu-west-1:")


def test_unknown_operations_and_paths_are_named(
    client: FlaskClient, engine: Engine, keys: tuple[str, str]
) -> None:
    answer = call(client, keys, "DetectFaces", NOTHING)
    assert code_of(answer) == "UnknownOperationException"
    assert "DetectLabels" in answer.get_json(force=True)["Message"]
    bearer = client_of(client.application, engine, Scope.INGEST)
    for method, path in (("GET", ROOT), ("PUT", f"{ROOT}/"), ("POST", f"{ROOT}/other/path")):
        assert code_of(bearer.open(path, method=method)) == "UnknownOperationException"


def test_without_a_worker_the_caller_is_asked_to_come_again(
    settings: Settings, engine: Engine
) -> None:
    app = app_with(settings, max_wait_seconds=0.1)
    picture = base64.b64encode(READABLE["PNG"]()).decode()
    answer = send(
        app.test_client(),
        "DetectLabels",
        {"Image": {"Bytes": picture}},
        {"X-Amz-Target": "RekognitionService.DetectLabels"},
    )

    assert code_of(answer, 503) == "ServiceUnavailableException"
    assert answer.headers["Retry-After"]


def test_an_owner_sees_only_the_live_version(
    app: Flask, engine: Engine, storage: Any, keys: tuple[str, str]
) -> None:
    insert_version(engine, storage)
    versions = "DescribeProjectVersions"
    client = app.test_client()
    [project] = call(client, keys, PROJECTS, NOTHING).get_json(force=True)["ProjectDescriptions"]
    asked = {"ProjectArn": project["ProjectArn"]}
    anna = make_aws_key(engine, Scope.INGEST, owner="anna")

    for asking, count in ((keys, 2), (anna, 1)):
        answer = call(client, asking, versions, asked).get_json(force=True)
        assert len(answer["ProjectVersionDescriptions"]) == count
    page = call(client, keys, versions, {**asked, "MaxResults": 1}).get_json(force=True)
    rest = call(client, keys, versions, {**asked, "NextToken": page["NextToken"]})
    assert len(rest.get_json(force=True)["ProjectVersionDescriptions"]) == 1
    statuses = {
        one["Status"]
        for one in call(client, keys, versions, asked).get_json(force=True)[
            "ProjectVersionDescriptions"
        ]
    }
    assert statuses == {"RUNNING", "STOPPED"}
