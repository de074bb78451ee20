"""Signed webhooks with hostile URLs never make this server call a private address."""

import json
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from celery import Celery
from sqlalchemy import Engine, text

from services.ingest.app import create_app
from services.ingest.webhooks.fetch_document import fetch_document
from services.ingest.webhooks.routes import create_webhooks
from services.worker.tagging.fetcher import Fetcher
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.errors import TagloopError, UnsafeUrl
from shared.storage.storage import Storage
from shared.web import create_web_app
from tests.support.conditions import wait_for
from tests.support.events.webhooks import SECRETS, signed
from tests.support.requests.hostile_urls import INNER_ADDRESSES, MALFORMED, NUMBERS

HOSTILE = [*INNER_ADDRESSES, *NUMBERS, *MALFORMED]
FEWEST = 60


@pytest.fixture
def fetcher(
    settings: Settings, engine: Engine, storage: Storage, celery: Celery
) -> Iterator[Fetcher]:
    with closing(Fetcher(settings, engine, storage, celery)) as fetcher:
        yield fetcher


def statuses(engine: Engine) -> dict[str, tuple[str, str]]:
    with transaction(engine) as connection:
        rows = connection.execute(text("SELECT source_url, status, error FROM images"))
        return {row.source_url: (row.status, row.error) for row in rows}


def test_every_hostile_url_is_refused_at_the_door_or_by_the_fetcher(
    settings: Settings, engine: Engine, fetcher: Fetcher
) -> None:
    secrets = settings.model_validate({"webhook_secrets": SECRETS}).webhook_secrets
    known = settings.model_copy(update={"webhook_secrets": secrets})
    client = create_web_app("ingest", (create_webhooks(fetch_document),), known).test_client()

    answers = {}
    for number, url in enumerate(HOSTILE):
        body = json.dumps({"type": "added", "data": {"url": url}}).encode()
        headers = signed(body, message=f"msg_{number}")
        answers[url] = client.post("/v1/webhooks/standard", data=body, headers=headers).status_code
    fetcher.wake()

    assert len(HOSTILE) >= FEWEST
    # What has the form of a web address is only resolved by the fetcher.
    assert answers == {url: 200 if url in INNER_ADDRESSES else 400 for url in HOSTILE}
    found = wait_for(lambda: all_failed(statuses(engine)), "the refusals")
    assert found.keys() == set(INNER_ADDRESSES)
    for url in INNER_ADDRESSES:
        assert "is not public" in found[url][1]


def all_failed(found: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    return found if all(status == "failed" for status, _ in found.values()) else {}


@pytest.mark.parametrize("url", INNER_ADDRESSES)
def test_documents_of_senders_are_not_fetched_from_inside_either(
    settings: Settings, url: str
) -> None:
    with create_app(settings).app_context(), pytest.raises(TagloopError) as refusal:
        fetch_document(url)

    assert isinstance(refusal.value, UnsafeUrl), urlsplit(url)
