"""Responses of the API."""

from typing import Any

from flask.testing import FlaskClient


def get(client: FlaskClient, path: str) -> dict[str, Any]:
    """Return the document of a response that has to be successful."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.get_json()
    return document
