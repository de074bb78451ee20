"""The sender that docs/api/incoming-webhooks.md adds: one module, one line, and it works."""

import hashlib
import hmac
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

from services.ingest.app import create_app
from services.ingest.webhooks.sources.table import SOURCES
from shared.config import Settings, load_settings

PAGE = Path(__file__).parents[4] / "docs" / "api" / "incoming-webhooks.md"


def test_the_example_of_the_documentation_works(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    module: dict[str, Any] = {}
    section = PAGE.read_text().partition("## Adding a sender")[2]
    (code,) = re.findall(r"(?:^(?:    .*)?\n)+?(?=and in)", section, re.MULTILINE)
    exec(textwrap.dedent(code), module)
    monkeypatch.setitem(SOURCES, "example", module["read_example"])
    monkeypatch.setenv("TAGLOOP_WEBHOOK_EXAMPLE_SECRET", "old new")
    client = create_app(load_settings(**settings.model_dump(exclude={"webhook_secrets"})))
    body = b'{"id": "1", "url": "https://example.com/a.jpg"}'

    def status(secret: bytes) -> int:
        signature = hmac.new(secret, body, hashlib.sha256).hexdigest()
        headers = {"X-Example-Signature": signature}
        sent = client.test_client().post("/v1/webhooks/example", data=body, headers=headers)
        return sent.status_code

    assert [status(secret) for secret in (b"old", b"new", b"other")] == [200, 200, 401]
