"""Trainers that learn instantly, and their input."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from sqlalchemy import Engine, RowMapping, text

from services.trainer.outcome import Finetuned, Progress
from services.trainer.trainer import Trainer
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.models.models import find_live_model
from shared.db.models.retag_jobs import list_jobs
from shared.db.models.runs.history import count_queue, find_run
from shared.db.models.runs.runs import insert_run
from shared.db.owners.access import EVERYTHING
from shared.messaging.celery_app import create_celery
from shared.model.head import Head
from shared.model.learned.tags import LearnedTags
from shared.storage.storage import Storage
from tests.support.pictures.rows import insert_row

DIMENSIONS = 4
BACKBONE = "small"


@dataclass
class InstantLearn:
    """Learns a head without reading the corrections; records for which tags.

    meanwhile: called with the progress callback while it learns.
    """

    status: Literal["promoted", "rejected", "nothing"] = "promoted"
    meanwhile: Callable[[Progress], None] = lambda progress: None
    learned: list[int | None] = field(default_factory=list)

    def __call__(
        self,
        engine: Engine,
        storage: Storage,
        settings: Settings,
        *,
        tag_id: int | None,
        progress: Progress,
        is_last_attempt: bool = False,
    ) -> Finetuned:
        """Learn on top of the version that is live now."""
        self.learned.append(tag_id)
        with transaction(engine) as connection:
            live = find_live_model(connection)
        self.meanwhile(progress)
        head = None if self.status == "nothing" else small_head()
        parent = live.version if live else None
        return Finetuned(self.status, f"it was {self.status}", {"gain": 0.1}, head, parent)


def small_head() -> Head:
    """Return a head with arbitrary weights."""
    return Head(
        np.zeros((DIMENSIONS, 1000), np.float32),
        np.zeros(1000, np.float32),
        LearnedTags.nothing(DIMENSIONS),
        LearnedTags.nothing(DIMENSIONS),
    )


def trainer_with(
    learn: InstantLearn, settings: Settings, engine: Engine, storage: Storage
) -> Trainer:
    """Return a trainer as in its process, but with other learning code."""
    return Trainer(settings, engine, storage, create_celery(settings), learn)


def insert_version(
    engine: Engine, storage: Storage, head: Head | None = None, *, backbone: str = BACKBONE
) -> int:
    """Insert a version: live if none is, otherwise retired."""
    with transaction(engine) as connection:
        connection.execute(
            text(
                "INSERT INTO backbones (name, dimensions) VALUES (:name, :dimensions) "
                "ON CONFLICT DO NOTHING"
            ),
            {"name": backbone, "dimensions": DIMENSIONS},
        )
        is_first = find_live_model(connection) is None
        version: int = connection.execute(
            text("""
                INSERT INTO models (backbone_id, status, blob)
                SELECT id, :status, 'heads/' || gen_random_uuid() FROM backbones WHERE name = :name
                RETURNING version
            """),
            {"name": backbone, "status": "live" if is_first else "retired"},
        ).scalar_one()
        blob = connection.scalar(
            text("SELECT blob FROM models WHERE version = :version"), {"version": version}
        )
    storage.put(str(blob), (head or small_head()).to_bytes())
    return version


def insert_corrections(engine: Engine, slug: str = "dog", count: int = 1, age: str = "0") -> None:
    """Insert waiting corrections, each on an image of its own. age: as SQL reads an interval."""
    for _ in range(count):
        image = insert_row(engine)
        with transaction(engine) as connection:
            connection.execute(
                text("INSERT INTO contributors (name) VALUES ('ada') ON CONFLICT DO NOTHING")
            )
            connection.execute(
                text("""
                    INSERT INTO corrections (image_id, tag_id, contributor, verdict, created_at)
                    SELECT :image, id, 'ada', 'add', now() - CAST(:age AS interval)
                    FROM tags WHERE slug = :slug
                """),
                {"image": image, "slug": slug, "age": age},
            )


def live_version(engine: Engine) -> int | None:
    """Return the live version, of which there is never more than one."""
    with transaction(engine) as connection:
        versions = connection.scalars(text("SELECT version FROM models WHERE status = 'live'"))
        return versions.one_or_none()


def queue_run(engine: Engine, tag_id: int | None = None) -> int:
    """Queue a run, for one tag or for all."""
    with transaction(engine) as connection:
        return insert_run(connection, "request" if tag_id is None else "tag", tag_id)


def read_run(engine: Engine, run_id: int) -> RowMapping:
    """Return the row of a run."""
    with transaction(engine) as connection:
        row = find_run(connection, run_id, EVERYTHING)
    assert row is not None
    return row


def waiting_corrections(engine: Engine) -> int:
    """Return how many corrections no run has taken."""
    with transaction(engine) as connection:
        return count_queue(connection)


def queued_jobs(engine: Engine) -> list[tuple[str, str | None]]:
    """Return status and tag of each re-tagging job, the newest first."""
    with transaction(engine) as connection:
        return [(job["status"], job["tag"]) for job in list_jobs(connection, EVERYTHING, 10)]
