"""Corrections as a user sends them."""

from typing import Any

from flask.testing import FlaskClient


def correct(client: FlaskClient, image: object, **said: Any) -> dict[str, Any]:
    """Correct the tags of an image; return the response."""
    answer = client.post(f"/v1/images/{image}/corrections", json=said)
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.get_json()
    return document


def tags_of(document: dict[str, Any]) -> dict[str, tuple[float, str]]:
    """Return confidence and source of each tag of an image, by slug."""
    return {tag["tag"]: (tag["confidence"], tag["source"]) for tag in document["tags"]}
