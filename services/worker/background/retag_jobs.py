"""Run all due re-tagging jobs, in slices of time."""

import time
from uuid import UUID

import numpy as np
import structlog
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine

from services.worker.background.retag_walk import Outdated, TimeIsUp, Walk, Walker
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.connection.locks import Lock, try_lock
from shared.db.models.models import seconds_since_promotion
from shared.db.models.retag_jobs import (
    Job,
    advance_job,
    count_changed,
    end_job,
    has_open_job,
    set_total,
    take_up_job,
)
from shared.db.models.retagging import count_in_scope, find_only_difference, list_versions
from shared.model.live.model import REFRESH_SECONDS, LiveScorer
from shared.model.scorer import Scorer
from shared.storage.storage import Storage

# A task ends after this time and sends itself again. So a worker can stop soon, and no message is
# held so long that the broker delivers it twice.
SLICE_SECONDS = 20.0
# This long after a promotion, all workers have stored what they scored with the version before.
SETTLED_SECONDS = 2 * REFRESH_SECONDS + 1.0

log = structlog.get_logger(__name__)


def run_due_jobs(engine: Engine, storage: Storage, settings: Settings) -> bool:
    """Run the due jobs, unless another worker does; return whether there is more to do.

    It can be stopped at any moment and continues from there when called again. Jobs for one tag
    have their own lock and don't queue behind a large job.

    Raises:
        Unavailable: Postgres or the storage does not answer.
    """
    deadline = time.monotonic() + SLICE_SECONDS
    try:
        _run_due(engine, storage, settings, deadline, of_one_tag=True)
        _run_due(engine, storage, settings, deadline, of_one_tag=False)
    except TimeIsUp:
        return True
    return False


def _run_due(
    engine: Engine, storage: Storage, settings: Settings, deadline: float, *, of_one_tag: bool
) -> None:
    lock = Lock.TAG_RETAGGING if of_one_tag else Lock.ALL_RETAGGING
    # Look again after the lock is released: a worker called for a new job found it held.
    while _is_any_open(engine, of_one_tag=of_one_tag):
        with try_lock(engine, lock) as held:
            if not held:
                return
            while (job := _take_up(engine, of_one_tag=of_one_tag)) is not None:
                # Load the scorer here: the worker's may be out of date.
                scorer = LiveScorer(engine, storage, settings.hold_tags).get()
                try:
                    _work_on(job, engine, scorer, settings, deadline)
                except Outdated:
                    log.info("another version went live; continuing with it", job=job.id)


def _work_on(job: Job, engine: Engine, scorer: Scorer, settings: Settings, deadline: float) -> None:
    with transaction(engine) as connection:
        first, rest = _plan(connection, job, scorer)
        if job.position is None:
            set_total(connection, job, count_in_scope(connection, job.scope, first.versions))
    walker = Walker(engine, scorer, settings.min_confidence)

    def advance(connection: Connection, last: UUID, images: int, changed: int) -> None:
        advance_job(connection, job, position=last, done=images, changed=changed)

    def look_again(connection: Connection, last: UUID, images: int, changed: int) -> None:
        count_changed(connection, job, changed)

    walker.walk(first, job.position, deadline, advance)
    if rest is not None:
        _wait_until_settled(engine)
        walker.walk(rest, None, deadline, look_again)
    with transaction(engine) as connection:
        end_job(connection, job)
    log.info("re-tagged", job=job.id, version=scorer.model.version)


def _plan(connection: Connection, job: Job, scorer: Scorer) -> tuple[Walk, Walk | None]:
    """Return the walk over the scope, and one over what older versions tagged meanwhile."""
    version = scorer.model.version
    # Of all networks: an image may have been tagged by a network that was live before.
    versions = list_versions(connection)
    older = [other for other in versions if other != version]
    rest = Walk(job.scope, older, older, None)
    if job.scope.tag_id is None:
        return Walk(job.scope, versions, older, None), rest
    tag_ids = _with_wider(job.scope.tag_id, scorer)
    difference = find_only_difference(connection, version)
    if difference is None or difference.tag_id != job.scope.tag_id:
        # Other tags may have to change too, which other jobs do.
        return Walk(job.scope, versions, [], tag_ids), None
    return Walk(job.scope, versions, [difference.parent], tag_ids), rest


def _with_wider(tag_id: int, scorer: Scorer) -> NDArray[np.int32]:
    """Return the ids of a tag and of all wider ones; only its own if it is not learned."""
    column = scorer.index.columns.get(tag_id)
    above = [] if column is None else scorer.tag_ids[scorer.vocabulary.ancestors(column)].tolist()
    return np.array([*above, tag_id], dtype=np.int32)


def _wait_until_settled(engine: Engine) -> None:
    with transaction(engine) as connection:
        seconds = seconds_since_promotion(connection)
    time.sleep(max(0.0, SETTLED_SECONDS - seconds))


def _take_up(engine: Engine, *, of_one_tag: bool) -> Job | None:
    with transaction(engine) as connection:
        return take_up_job(connection, of_one_tag=of_one_tag)


def _is_any_open(engine: Engine, *, of_one_tag: bool) -> bool:
    with transaction(engine) as connection:
        return has_open_job(connection, of_one_tag=of_one_tag)
