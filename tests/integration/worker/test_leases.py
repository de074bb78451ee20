"""Leases of batches that take long."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

import pytest
from sqlalchemy import Engine

from services.worker.tagging.leases import LeaseKeeper
from shared.db.connection.engine import transaction
from shared.db.images.tagging import Claim, claim_images
from shared.db.monitoring.worker_progress import list_workers
from tests.support.conditions import wait_for
from tests.support.pictures.rows import insert_row, read_row

LEASE_SECONDS = 0.6
MAX_ATTEMPTS = 5


@pytest.fixture
def keeper(engine: Engine) -> Iterator[LeaseKeeper]:
    with closing(LeaseKeeper(engine, LEASE_SECONDS)) as keeper:
        yield keeper


def claim_one(engine: Engine) -> Claim:
    image = insert_row(engine)
    with transaction(engine) as connection:
        return claim_images(connection, [image], LEASE_SECONDS, MAX_ATTEMPTS)


def lease_end(engine: Engine, claim: Claim) -> datetime:
    end: datetime = read_row(engine, claim.images[0].id)["lease_until"]
    return end


def test_the_lease_of_a_claim_that_is_worked_on_is_extended(
    engine: Engine, keeper: LeaseKeeper
) -> None:
    claim = claim_one(engine)
    first_end = lease_end(engine, claim)

    with keeper.keep(claim):
        wait_for(lambda: lease_end(engine, claim) > first_end, "a later end of the lease")


def test_a_running_worker_is_listed_with_the_images_that_it_holds(
    engine: Engine, keeper: LeaseKeeper
) -> None:
    with keeper.keep(claim_one(engine)):
        wait_for(lambda: busy(engine) == [1], "a worker that holds an image")

    wait_for(lambda: busy(engine) == [0], "a worker that holds none")


def busy(engine: Engine) -> list[int]:
    with transaction(engine) as connection:
        return [worker["busy"] for worker in list_workers(connection)]


def test_a_claim_is_free_after_its_lease(engine: Engine, keeper: LeaseKeeper) -> None:
    claim = claim_one(engine)
    with keeper.keep(claim):
        pass

    def claimed_by_others() -> bool:
        with transaction(engine) as connection:
            ids = [image.id for image in claim.images]
            return bool(claim_images(connection, ids, LEASE_SECONDS, MAX_ATTEMPTS).images)

    wait_for(claimed_by_others, "a claim by somebody else")
