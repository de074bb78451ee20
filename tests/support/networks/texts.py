"""Answer services' questions about texts by a network in the test's own process."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine

from services.worker.questions.texts import answer_text
from services.worker.switching.networks import LoadedNetworks


@dataclass(frozen=True)
class TextWorker:
    """The part of a worker that answers questions about texts. asked: the texts so far."""

    engine: Engine
    networks: LoadedNetworks
    asked: list[str] = field(default_factory=list)


def answer_texts(
    monkeypatch: pytest.MonkeyPatch, engine: Engine, networks: LoadedNetworks
) -> TextWorker:
    """Answer the services' questions without a broker between them."""
    worker: Any = TextWorker(engine, networks)

    def deliver(_: object, question: UUID, words: str, __: float, *, as_name: bool) -> bool:
        worker.asked.append(words)
        answer_text(worker, question, words, as_name=as_name)
        return True

    monkeypatch.setattr("shared.web.texts.publish_text", deliver)
    found: TextWorker = worker
    return found
