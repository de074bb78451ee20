"""Make heads live one after the other, and run the jobs that re-tag everything with them."""

from dataclasses import replace
from uuid import UUID

import numpy as np
from sqlalchemy import Engine, RowMapping, text

from services.worker.background.retag_jobs import run_due_jobs
from services.worker.tagging.pipeline import Pipeline
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.models.retag_jobs import RetagScope, find_job, queue_job
from shared.db.owners.access import EVERYTHING as ALL_OWNERS
from shared.db.tags.shown import tags_of_images
from shared.model.head import Head
from shared.model.learned.exclusions import Exclusions
from shared.model.learned.tags import LearnedTags
from shared.model.vocabulary import load_imagenet
from shared.storage.storage import Storage
from tests.support.pictures.rows import read_row

GOLDFISH = {"goldfish", "fish", "vertebrate", "animal"}
EVERYTHING = RetagScope()


class Retagging:
    """Makes heads live and runs jobs."""

    def __init__(
        self, settings: Settings, engine: Engine, storage: Storage, pipeline: Pipeline
    ) -> None:
        self.settings = settings
        self.engine = engine
        self.storage = storage
        self.head = pipeline.live.get().head

    def go_live(self, head: Head, tag_id: int | None = None) -> int:
        """Make a version with this head live, as if a while ago.

        tag_id: the only tag that a run has taught it.
        """
        with transaction(self.engine) as connection:
            parent, blob = connection.execute(
                text("""
                    UPDATE models SET status = 'retired' WHERE status = 'live'
                    RETURNING version, 'heads/' || gen_random_uuid()
                """)
            ).one()
            self.storage.put(blob, head.to_bytes())
            version: int = connection.execute(
                text("""
                    INSERT INTO models (backbone_id, status, blob, parent, promoted_at)
                    SELECT backbone_id, 'live', :blob, :parent, now() - interval '1 hour'
                    FROM models WHERE version = :parent RETURNING version
                """),
                {"blob": blob, "parent": parent},
            ).scalar_one()
            if tag_id is not None:
                connection.execute(
                    text(
                        "INSERT INTO finetune_runs (trigger, tag_id, status, version) "
                        "VALUES ('tag', :tag_id, 'promoted', :version)"
                    ),
                    {"tag_id": tag_id, "version": version},
                )
        return version

    def goldfish(self) -> Head:
        """Return a head that sees only goldfish, everywhere."""
        vocabulary = load_imagenet()
        bias = np.zeros(len(vocabulary.leaves), np.float32)
        bias[vocabulary.index("goldfish")] = 100
        return replace(
            self.head,
            weight=self.head.weight * 0,
            bias=bias,
            pretrained=LearnedTags.nothing(len(self.head.weight)),
        )

    def learned(self, tag_id: int, bias: float) -> Head:
        """Return the live head with another tag that it gives to every picture, or to none."""
        nothing = LearnedTags.nothing(len(self.head.weight))
        learned = replace(
            nothing,
            tag_ids=np.array([tag_id], np.int32),
            weight=np.zeros((len(self.head.weight), 1), np.float32),
            bias=np.array([bias], np.float32),
            prior=np.zeros(1, np.float32),
            exclusions=Exclusions.none(1),
            thresholds=np.full((1, nothing.thresholds.shape[1]), np.nan, np.float32),
        )
        return replace(self.head, learned_tags=learned)

    def queue(self, scope: RetagScope = EVERYTHING) -> int:
        with transaction(self.engine) as connection:
            return queue_job(connection, scope)

    def work(self) -> bool:
        return run_due_jobs(self.engine, self.storage, self.settings)

    def do(self, scope: RetagScope = EVERYTHING) -> RowMapping:
        """Queue a job and run it to its end."""
        job = self.queue(scope)
        assert not self.work()
        return self.read(job)

    def read(self, job: int) -> RowMapping:
        with transaction(self.engine) as connection:
            row = find_job(connection, job, ALL_OWNERS)
        assert row is not None
        return row

    def shown(self, ids: list[UUID]) -> dict[UUID, dict[str, float]]:
        with transaction(self.engine) as connection:
            shown = tags_of_images(connection, ids)
            return {image: {t.slug: t.confidence for t in tags} for image, tags in shown.items()}

    def versions(self, ids: list[UUID]) -> list[int]:
        return [read_row(self.engine, image)["model_version"] for image in ids]
