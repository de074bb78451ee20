"""The way of a batch of images from the claim to the stored tags."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import structlog
from sqlalchemy import Engine

from services.worker.switching.networks import LoadedNetworks
from services.worker.tagging.choosing import choose_own
from services.worker.tagging.lanes import Embedded, Lanes, Rejected
from services.worker.tagging.leases import LeaseKeeper
from services.worker.tagging.story import tell_failed, tell_tagged
from shared.config import Settings
from shared.config.loading import EXIT_MISCONFIGURED
from shared.db.connection.engine import transaction
from shared.db.images.tagging import (
    Claim,
    FailedImage,
    TaggedImage,
    claim_images,
    return_to_queue,
    store_failed,
    store_tagged,
)
from shared.db.models.models import LiveModel
from shared.errors import BackboneStalled, ConfigError, NetworkReplaced, TagDeleted
from shared.model.head import choose_tags
from shared.model.live.model import LiveScorer
from shared.model.scorer import Scorer
from shared.observability.metrics import (
    batch_images,
    images_tagged,
    recoveries,
    stage_seconds,
    upload_to_tagged,
)

# How long an image waits for its next attempt after a temporary error.
RETRY_SECONDS = 5.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Pipeline:
    """Claim → fetch → decode → backbone → head → tags → one transaction. Thread-safe.

    Each Celery thread runs one batch; while one batch is stored, the next is in the lanes.
    """

    settings: Settings
    engine: Engine
    networks: LoadedNetworks
    leases: LeaseKeeper
    live: LiveScorer

    def tag(self, ids: Sequence[UUID]) -> int:
        """Tag the given images that are still queued; return how many were claimed.

        Raises:
            Unavailable: Postgres does not answer. The lease runs out and the sweeper tries again.
        """
        # Before the claim: loading a network that went live takes a while.
        self._lanes_of(self.live.get().model)
        with transaction(self.engine) as connection:
            claim = claim_images(
                connection, ids, self.settings.lease_seconds, self.settings.max_attempts
            )
        if not claim.images:
            return 0
        batch_images.observe(len(claim.images))
        for image in claim.images:
            stage_seconds.labels("queue").observe(image.waited_seconds)
            if image.was_abandoned:
                recoveries.labels("taken_over").inc()
        with self.leases.keep(claim):
            while not self._tag_claimed(claim):
                log.info("another network went live; tagging with it")
                self.live.look_again()
        return len(claim.images)

    def _tag_claimed(self, claim: Claim) -> bool:
        """Tag a claim's images; return False if another network went live meanwhile."""
        model = self.live.get().model
        under_way = self._lanes_of(model).embed(claim.images)
        # Check for a new version now, while the lanes are busy anyway.
        self.live.get()
        try:
            outcomes = list(under_way)
        except BackboneStalled as error:
            # The network's thread can't be ended, and would block a normal exit.
            log.critical("the worker ends itself", reason=str(error))
            os._exit(os.EX_SOFTWARE)
        # An error of the runtime, not of a picture: other workers may try soon.
        except Exception as error:
            self._release(claim, [image.id for image in claim.images], repr(error))
            raise
        try:
            self._store(claim, outcomes, model.backbone_id)
        except NetworkReplaced:
            return False
        return True

    def _lanes_of(self, model: LiveModel) -> Lanes:
        """Return the lanes of a version's network."""
        try:
            return self.networks.get(model.backbone, model.weights).lanes
        except ConfigError as error:
            # The next start reports the same error, and a supervisor shows it.
            log.critical("the worker ends itself", reason=str(error))
            os._exit(EXIT_MISCONFIGURED)

    def _store(
        self, claim: Claim, outcomes: Sequence[Embedded | Rejected], backbone_id: int
    ) -> None:
        """Store what became of a claim's images, embedded by a backbone.

        Raises:
            NetworkReplaced: another network is live; nothing was stored.
        """
        embedded = [outcome for outcome in outcomes if isinstance(outcome, Embedded)]
        rejected = [outcome for outcome in outcomes if isinstance(outcome, Rejected)]
        failed = [outcome for outcome in rejected if not outcome.error.retryable]
        later = [outcome for outcome in rejected if outcome.error.retryable]
        if embedded:
            try:
                scorer, held = self._store_embedded(claim, embedded, self._scorer_of(backbone_id))
            except TagDeleted:
                # A tag was deleted after the scorer was loaded; the next scorer does not have it.
                self.live.look_again()
                scorer, held = self._store_embedded(claim, embedded, self._scorer_of(backbone_id))
            images_tagged.labels("tagged").inc(len(held))
            self._observe_total(claim, held)
            tell_tagged(claim, held, scorer.model.version)
        if failed:
            with transaction(self.engine) as connection:
                store_failed(
                    connection, claim, [FailedImage(o.image.id, str(o.error)) for o in failed]
                )
            images_tagged.labels("failed").inc(len(failed))
            tell_failed(failed)
        for outcome in later:
            self._release(claim, [outcome.image.id], str(outcome.error))

    def _scorer_of(self, backbone_id: int) -> Scorer:
        """Return the scorer of the live version.

        Raises:
            NetworkReplaced: it is for the embeddings of another backbone.
        """
        scorer = self.live.get()
        if scorer.model.backbone_id != backbone_id:
            raise NetworkReplaced
        return scorer

    def _store_embedded(
        self, claim: Claim, embedded: Sequence[Embedded], scorer: Scorer
    ) -> tuple[Scorer, set[UUID]]:
        with stage_seconds.labels("score").time():
            tagged = self._score(scorer, embedded)
        with stage_seconds.labels("store").time(), transaction(self.engine) as connection:
            held = store_tagged(
                connection, claim, tagged, scorer.model.backbone_id, scorer.model.version
            )
        return scorer, held

    def _score(self, scorer: Scorer, embedded: Sequence[Embedded]) -> list[TaggedImage]:
        embeddings = np.stack([outcome.embedding for outcome in embedded]).astype(np.float16)
        owners = [outcome.image.owner for outcome in embedded]
        least = self.settings.min_confidence
        own = choose_own(scorer, embeddings, owners, least)
        tagged = []
        for number, row in enumerate(scorer.showable_probabilities(embeddings, owners)):
            shown = choose_tags(scorer.vocabulary, row, least)
            mine = own.of_row(number)
            tagged.append(
                TaggedImage(
                    embedded[number].image.id,
                    embeddings[number],
                    np.append(scorer.tag_ids[shown.columns], mine.tag_ids),
                    np.append(shown.confidences, mine.confidences),
                    embedded[number].decoded_share,
                    embedded[number].fingerprint,
                )
            )
        return tagged

    def _release(self, claim: Claim, ids: Sequence[UUID], reason: str) -> None:
        recoveries.labels("given_back").inc(len(ids))
        log.warning("images given back", images=[str(i) for i in ids], reason=reason)
        with transaction(self.engine) as connection:
            return_to_queue(connection, claim, ids, reason, RETRY_SECONDS)

    def _observe_total(self, claim: Claim, held: set[UUID]) -> None:
        since_claim = claim.seconds_held()
        for image in claim.images:
            if image.id in held:
                upload_to_tagged.observe(image.waited_seconds + since_claim)
