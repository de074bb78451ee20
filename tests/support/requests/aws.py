"""Requests as AWS's clients sign them."""

import json
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from shared.auth.aws_keys import new_access_key_id, secret_access_key
from shared.auth.scopes import Scope
from shared.db.connection.engine import transaction
from shared.db.owners.keys import NewKey, insert_key

MASTER = "a master secret of 32 characters and more"
ROOT = "/compat/rekognition"
HOST = "http://localhost"
CONTENT_TYPE = "application/x-amz-json-1.1"


def make_aws_key(engine: Engine, *scopes: Scope, **values: Any) -> tuple[str, str]:
    """Return an access key id and its secret access key."""
    access_key_id = new_access_key_id()
    with transaction(engine) as connection:
        insert_key(connection, access_key_id, NewKey(frozenset(scopes), **values))
    return access_key_id, secret_access_key(MASTER, access_key_id)


def sign_headers(
    keys: tuple[str, str],
    operation: str,
    body: bytes,
    *,
    now: datetime | None = None,
    service: str = "rekognition",
    path: str = ROOT,
) -> dict[str, str]:
    """Return the headers of a request that botocore signs."""
    request = AWSRequest(
        "POST",
        f"{HOST}{path}",
        data=body,
        headers={
            "Content-Type": CONTENT_TYPE,
            "X-Amz-Target": f"RekognitionService.{operation}",
        },
    )
    moment = now or datetime.now(UTC)
    with patch("botocore.auth.get_current_datetime", lambda: moment):
        botocore.auth.SigV4Auth(Credentials(*keys), service, "eu-west-1").add_auth(request)
    return dict(request.headers.items())


def send(
    client: FlaskClient, operation: str, document: Any, headers: dict[str, str], **options: Any
) -> TestResponse:
    """Send a document with the headers that `sign_headers` made for it."""
    return client.post(
        options.pop("path", ROOT), data=encode(document), headers=headers, base_url=HOST, **options
    )


def call(
    client: FlaskClient, keys: tuple[str, str], operation: str, document: Any, **signing: Any
) -> TestResponse:
    """Send a signed document."""
    headers = sign_headers(keys, operation, encode(document), **signing)
    return send(client, operation, document, headers)


def encode(document: Any) -> bytes:
    """Return a document as JSON; bytes stay unchanged."""
    return document if isinstance(document, bytes) else json.dumps(document).encode()
