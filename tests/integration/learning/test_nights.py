"""The nightly run happens once a night, even if messages double or processes die."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone

from sqlalchemy import Engine, RowMapping

from services.trainer.runs.nights import queue_night
from shared.db.connection.engine import transaction
from shared.db.models.runs.history import list_runs
from tests.support.learning.training import insert_corrections

HOUR = 3
TODAY = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
# A day on which every correction of these tests is an old one.
TOMORROW = TODAY + timedelta(days=1)


def runs(engine: Engine) -> list[RowMapping]:
    with transaction(engine) as connection:
        return list(list_runs(connection, 10))


def test_once_the_hour_has_come_the_run_is_queued(engine: Engine) -> None:
    insert_corrections(engine)

    assert queue_night(engine, HOUR, TOMORROW.replace(hour=HOUR))

    (run,) = runs(engine)
    assert (run["trigger"], run["status"]) == ("nightly", "queued")
    assert run["night"] == TOMORROW.date()


def test_before_the_hour_nothing_is_queued(engine: Engine) -> None:
    insert_corrections(engine)

    assert not queue_night(engine, HOUR, TOMORROW.replace(hour=HOUR - 1, minute=59))
    assert runs(engine) == []


def test_the_hour_is_that_of_utc(engine: Engine) -> None:
    east = timezone(timedelta(hours=5))

    assert not queue_night(engine, HOUR, datetime(2026, 5, 2, 7, tzinfo=east))
    assert queue_night(engine, HOUR, datetime(2026, 5, 2, 9, tzinfo=east))
    assert runs(engine)[0]["night"] == date(2026, 5, 2)


def test_a_trainer_that_missed_the_hour_catches_up(engine: Engine) -> None:
    insert_corrections(engine)

    assert queue_night(engine, HOUR, TOMORROW.replace(hour=23))
    assert runs(engine)[0]["status"] == "queued"


def test_many_trainers_and_many_messages_make_one_run_a_night(engine: Engine) -> None:
    insert_corrections(engine)
    night = TOMORROW.replace(hour=HOUR)

    with ThreadPoolExecutor(4) as threads:
        queued = list(threads.map(lambda _: queue_night(engine, HOUR, night), range(12)))
    queued.append(queue_night(engine, HOUR, night + timedelta(days=1)))

    assert queued.count(True) == 2
    assert len(runs(engine)) == 2


def test_looking_at_the_clock_uses_no_run_numbers(engine: Engine) -> None:
    night = TOMORROW.replace(hour=HOUR)
    for _ in range(5):
        queue_night(engine, HOUR, night)
    queue_night(engine, HOUR, night + timedelta(days=1))

    tonight, last_night = (run["id"] for run in runs(engine))
    assert tonight == last_night + 1


def test_corrections_after_the_hour_wait_for_the_next_night(engine: Engine) -> None:
    insert_corrections(engine)

    queue_night(engine, 0, TODAY.replace(hour=23))

    (run,) = runs(engine)
    assert (run["status"], run["reason"]) == ("nothing", "No corrections were waiting.")
    assert run["finished_at"] is not None


def test_without_an_hour_there_are_no_nightly_runs(engine: Engine) -> None:
    insert_corrections(engine)

    assert not queue_night(engine, None, TOMORROW.replace(hour=23))
    assert runs(engine) == []
