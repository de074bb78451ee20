"""Uploads as programs send them."""

from pathlib import Path

from flask.testing import FlaskClient
from urllib3 import encode_multipart_formdata
from werkzeug.test import TestResponse

# Names and values of a multipart body; the value of a file is its name and content.
Fields = list[tuple[str, str | tuple[str, bytes]]]


def files(*pictures: tuple[str, bytes], **fields: str) -> Fields:
    """Return a multipart body with these files, then these fields."""
    return [*(("file", picture) for picture in pictures), *fields.items()]


def post(client: FlaskClient, fields: Fields, query: str = "") -> TestResponse:
    """Send a multipart body, as most programs encode it."""
    body, content_type = encode_multipart_formdata(fields)
    return client.post(f"/v1/images{query}", data=body, content_type=content_type)


def blobs(tmp_path: Path) -> list[Path]:
    """Return every file in the storage of a test."""
    return [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
