"""What an owner has, as the API names it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from shared.auth.scopes import Scope
from shared.db.connection.engine import transaction
from tests.support.requests.keys import client_of


@dataclass(frozen=True)
class Belongings:
    """What an owner has, by the names that parameters have in the API."""

    owner: str
    image_id: str
    job_id: int
    values: dict[str, str]

    def fill(self, path: str) -> str:
        """A path of the OpenAPI document that names these."""
        for name, value in self.values.items():
            path = path.replace(f"{{{name}}}", value)
        assert "{" not in path, f"{path}: say in Belongings what stands there"
        return path

    def body(self, operation: tuple[str, str]) -> dict[str, Any] | None:
        """A body that names these, for an operation that takes one."""
        image, owner = self.image_id, self.owner
        bodies: dict[tuple[str, str], dict[str, Any]] = {
            ("POST", "/v1/images"): {"url": "https://example.org/cat.jpg", "owner": owner},
            ("POST", "/v1/images/known"): {"owner": owner, "sha256": []},
            ("POST", "/v1/images/statuses"): {"ids": [image]},
            ("POST", "/v1/images/{image_id}/corrections"): {"add": ["dress"], "user": "eve"},
            ("POST", "/v1/corrections"): {"corrections": [{"image": image, "remove": ["cat"]}]},
            ("POST", "/v1/corrections/batches"): {"images": [image], "remove": ["cat"]},
            ("POST", "/v1/images/retry"): {"ids": [image]},
            ("POST", "/v1/tags/counts"): {"ids": [image]},
            ("POST", "/v1/tags/preview"): {"examples": [image]},
            ("POST", "/v1/dial"): {"ids": [image]},
            ("POST", "/v1/tags"): {"name": "stolen", "examples": [image]},
            ("POST", "/v1/retag"): {"owner": owner},
            ("POST", "/v1/contributors/{user}/vouch"): {"vouched": True},
            ("POST", "/v1/endpoints"): {
                "url": "https://example.org/hook",
                "events": ["image.tagged"],
                "owner": owner,
            },
            ("PATCH", "/v1/endpoints/{endpoint_id}"): {"description": "stolen"},
        }
        return bodies.get(operation)


def register_endpoint(admin: FlaskClient, owner: str) -> str:
    """An endpoint of an owner; its id."""
    url = f"http://127.0.0.1:1/{owner}"
    answer = admin.post(
        "/v1/endpoints", json={"url": url, "events": ["image.tagged"], "owner": owner}
    )
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["id"])


def belongings_of(
    owner: str, app: Flask, engine: Engine, image_id: UUID, endpoint: str
) -> Belongings:
    """A correction, a tag of their own, a job and a delivery about an image of an owner."""
    # Made with their own key, the tag is theirs.
    theirs = client_of(app, engine, Scope.FEEDBACK, owner=owner)
    said = theirs.post(
        f"/v1/images/{image_id}/corrections", json={"add": [f"{owner} logo"], "user": f"{owner}-u"}
    )
    assert said.status_code == 201, said.text
    batch = said.get_json()["batch"]
    admin = client_of(app, engine, Scope.ADMIN)
    job = admin.post("/v1/retag", json={"owner": owner}).get_json()["id"]
    with transaction(engine) as connection:
        delivery = connection.scalar(
            text("SELECT id FROM deliveries WHERE owner = :owner LIMIT 1"), {"owner": owner}
        )
        proposal = connection.scalar(
            text(
                "INSERT INTO hashtag_proposals (kind, word, name) VALUES ('tag', :word, :word) "
                "RETURNING id"
            ),
            {"word": f"{owner} word"},
        )
    assert delivery is not None
    return Belongings(
        owner,
        str(image_id),
        job,
        {
            "image_id": str(image_id),
            "upload_id": str(image_id),
            "slug": f"{owner}-logo",
            "owner": owner,
            "user": f"{owner}-u",
            "job_id": str(job),
            "batch_id": batch,
            "theme": "animals",
            "run_id": "1",
            "proposal_id": str(proposal),
            "version": "1",
            "endpoint_id": endpoint,
            "delivery_id": str(delivery),
        },
    )
