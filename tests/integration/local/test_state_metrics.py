"""Metrics that /metrics reads from database, broker and storage."""

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis
from sqlalchemy import Engine, text

from services.feedback.app import create_app
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.messaging.celery_app import BULK, KNOWN_QUEUES
from tests.support.conditions import MAX_SECONDS
from tests.support.learning.training import insert_version
from tests.support.pictures.rows import insert_row, set_row

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for every figure, since a busy machine may be too late for Prometheus."""
    monkeypatch.setattr("shared.web.figures.state_metrics.MAX_SECONDS", MAX_SECONDS)


@pytest.fixture
def client(settings: Settings, redis: Redis) -> FlaskClient:
    return create_app(settings).test_client()


def scrape(client: FlaskClient) -> Figures:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def figure(figures: Figures, name: str, **labels: str) -> float:
    return figures[name, frozenset(labels.items())]


def test_queues_are_there_while_they_are_empty(client: FlaskClient) -> None:
    figures = scrape(client)

    assert figure(figures, "tagloop_queue_depth", queue=BULK) == 0
    assert figure(figures, "tagloop_stalled") == 0
    for queue in KNOWN_QUEUES:
        assert figure(figures, "celery_queue_length", queue_name=queue) == 0


def test_waiting_and_held_images_are_counted(client: FlaskClient, engine: Engine) -> None:
    insert_row(engine)
    for lease in ("now() + interval '1 minute'", "now() - interval '1 minute'"):
        set_row(engine, insert_row(engine), f"claim = gen_random_uuid(), lease_until = {lease}")

    figures = scrape(client)

    assert figure(figures, "tagloop_queue_depth", queue=BULK) == 3
    assert figure(figures, "tagloop_oldest_waiting_seconds", queue=BULK) > 0
    assert figure(figures, "tagloop_leases", state="held") == 1
    assert figure(figures, "tagloop_leases", state="expired") == 1


def test_shown_tags_that_people_kept_and_removed(client: FlaskClient, cat: UUID) -> None:
    said = {"remove": ["tiger-cat"], "confirm": ["cat"]}
    assert client.post(f"/v1/images/{cat}/corrections", json=said).status_code == 201

    figures = scrape(client)

    assert figure(figures, "tagloop_shown_tags_judged", tag="tiger-cat", verdict="removed") == 1
    assert figure(figures, "tagloop_shown_tags_judged", tag="cat", verdict="kept") == 1
    assert figure(figures, "tagloop_shown_tags_judged", tag="animal", verdict="kept") == 1
    assert figure(figures, "tagloop_retraining_queue") == 2


def test_todays_tags_beside_those_of_the_last_weeks(client: FlaskClient, cat: UUID) -> None:
    figures = scrape(client)

    for window in ("day", "28 days"):
        assert figure(figures, "tagloop_tag_share", tag="cat", window=window) == 1
        assert figure(figures, "tagloop_drift_sample_images", window=window) == 1
        assert 0 < figure(figures, "tagloop_mean_confidence", window=window) <= 1
    assert figure(figures, "tagloop_drift", of="tags") == 0


def test_held_out_quality_of_a_version(
    client: FlaskClient, engine: Engine, storage: object
) -> None:
    version = insert_version(engine, storage)  # type: ignore[arg-type]
    report = '{"overall": {"after": {"precision": 0.75, "recall": null}}}'
    with transaction(engine) as connection:
        statement = text("UPDATE models SET metrics = :report WHERE version = :version")
        connection.execute(statement, {"report": report, "version": version})

    figures = scrape(client)

    assert (
        figure(figures, "tagloop_model_quality", metric="precision", version=str(version)) == 0.75
    )
    assert not [key for key in figures if ("metric", "recall") in key[1]]


def test_no_label_names_an_image_or_an_owner(
    client: FlaskClient, engine: Engine, cat: UUID
) -> None:
    insert_row(engine, owner="somebody-private")

    answer = client.get("/metrics").text

    assert str(cat) not in answer
    assert "somebody-private" not in answer


def test_an_unreachable_service_costs_only_its_own_metrics(
    settings: Settings, redis: Redis
) -> None:
    nowhere = settings.model_copy(update={"database_url": "postgresql+psycopg2://x@127.0.0.1:1/x"})
    figures = scrape(create_app(nowhere).test_client())

    assert figure(figures, "tagloop_part_up", part="database") == 0
    assert figure(figures, "tagloop_part_up", part="broker") == 1
    assert figure(figures, "tagloop_part_up", part="storage") == 1
    assert figure(figures, "celery_queue_length", queue_name=BULK) == 0
