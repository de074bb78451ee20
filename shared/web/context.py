"""What the handlers of a web process share."""

from dataclasses import dataclass

from celery import Celery
from flask import current_app
from sqlalchemy import Engine

from shared.config import Settings
from shared.db.connection.engine import connect_engine
from shared.db.images.notifications import DoneListener
from shared.messaging.backlog import BacklogWatch
from shared.messaging.celery_app import create_celery
from shared.messaging.relay import Relay
from shared.model.live.model import LiveScorer
from shared.model.live.vocabulary import LiveVocabulary
from shared.storage.storage import Storage
from shared.storage.unsettled import Unsettled
from shared.web.requests.waiting import WaitingRoom

EXTENSION = "tagloop"
# A connection for each thread would be too many for Postgres; most of a request is not SQL.
POOL_SIZE = 8


@dataclass(frozen=True)
class Context:
    """Connections and settings; each connects when first used, after the fork."""

    settings: Settings
    engine: Engine
    storage: Storage
    celery: Celery
    relay: Relay
    listener: DoneListener
    vocabulary: LiveVocabulary
    live: LiveScorer
    backlog: BacklogWatch
    unsettled: Unsettled
    room: WaitingRoom

    @classmethod
    def open(cls, settings: Settings) -> "Context":
        """Open everything for a process with these settings."""
        engine = connect_engine(settings.database_url, POOL_SIZE)
        storage = Storage(settings.storage_url)
        celery = create_celery(settings)
        return cls(
            settings,
            engine,
            storage,
            celery,
            Relay(celery),
            DoneListener(engine),
            LiveVocabulary(engine),
            LiveScorer(engine, storage, settings.hold_tags),
            BacklogWatch(engine, settings.queue_limit),
            Unsettled(engine),
            WaitingRoom(),
        )


def context() -> Context:
    """Return the context of the app that handles the current request."""
    found: Context = current_app.extensions[EXTENSION]
    return found
