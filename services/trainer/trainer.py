"""What a trainer works with."""

from dataclasses import dataclass

from celery import Celery
from sqlalchemy import Engine

from services.trainer.runs.learn import Learn
from shared.config import Settings
from shared.storage.storage import Storage


@dataclass(frozen=True)
class Trainer:
    """Its connections, its settings, and the code that learns."""

    settings: Settings
    engine: Engine
    storage: Storage
    celery: Celery
    learn: Learn
