"""Requests to the door."""

import io
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def files(*pictures: tuple[str, bytes], **fields: str) -> dict[str, Any]:
    """A multipart body with these files, then these fields."""
    return {"file": [(io.BytesIO(data), name) for name, data in pictures], **fields}


def post(client: FlaskClient, body: dict[str, Any], query: str = "") -> TestResponse:
    """Send a multipart body."""
    return client.post(f"/v1/images{query}", data=body, content_type="multipart/form-data")


def blobs(tmp_path: Path) -> list[Path]:
    """Every file in the storage of a test."""
    return [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
