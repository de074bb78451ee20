"""Webhooks sent to an app, and their outcome."""

from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from services.ingest.webhooks.routes import create_webhooks
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.web import create_web_app
from tests.support.events.webhooks import SECRETS, TOPIC, serve_amazon

Sent = dict[str, Any]


def webhooks_client(settings: Settings) -> FlaskClient:
    """Return a client of the ingest service, with a secret for every source, a topic, and Amazon's
    responses.
    """
    secrets = settings.model_validate({"webhook_secrets": SECRETS}).webhook_secrets
    known = settings.model_copy(
        update={"webhook_secrets": secrets, "sns_topics": frozenset({TOPIC})}
    )
    return create_web_app("ingest", (create_webhooks(serve_amazon),), known).test_client()


def send(
    client: FlaskClient, source: str, body: bytes, headers: dict[str, str], query: str = ""
) -> TestResponse:
    return client.post(f"/v1/webhooks/{source}{query}", data=body, headers=headers)


def taken(answer: TestResponse) -> Sent:
    assert answer.status_code == 200, answer.text
    document: Sent = answer.get_json()
    return document


def image_of(answer: TestResponse) -> UUID:
    (image,) = taken(answer)["images"]
    return UUID(image["id"])


def count_images(engine: Engine) -> int:
    with transaction(engine) as connection:
        return int(connection.execute(text("SELECT count(*) FROM images")).scalar_one())
