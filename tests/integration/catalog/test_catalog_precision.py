"""`precision=`: tags that are right this often."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from services.catalog.app import create_app
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.tags.tags import wordnet_tag_ids
from shared.model.head import Head
from shared.model.learned.exclusions import Exclusions
from shared.model.learned.tags import PRECISIONS, LearnedTags
from shared.storage.storage import Storage
from tests.support.pictures.rows import set_decision
from tests.support.requests.answers import get

Teach = Callable[[Mapping[str, tuple[float, ...]]], None]

# Thresholds of a tag for the PRECISIONS 0.5, 0.6, 0.7, 0.8, 0.9, 0.95 and 0.99.
LOW = (0.01, 0.02, 0.03, 0.04, 0.05, 0.999, np.nan)
HIGH = (0.9, 0.95, 0.99, 0.995, 1.1, 1.1, 1.1)
UNKNOWN = (np.nan,) * len(PRECISIONS)


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


@pytest.fixture
def teach(engine: Engine, storage: Storage, cat: UUID) -> Teach:
    """Give tags thresholds, and a classifier that finds each on every picture with 0.5."""

    def teach(thresholds: Mapping[str, tuple[float, ...]]) -> None:
        with transaction(engine) as connection:
            blob = connection.execute(text("SELECT blob FROM models")).scalar_one()
            ids = wordnet_tag_ids(connection)
        head = Head.from_bytes(bytes(storage.get(blob)))
        count = len(thresholds)
        learned = LearnedTags(
            np.array([ids[slug] for slug in thresholds], np.int32),
            np.zeros((len(head.weight), count), np.float32),
            np.zeros(count, np.float32),
            np.zeros(count, np.float32),
            Exclusions.none(count),
            np.array(list(thresholds.values()), np.float32),
        )
        storage.put(blob, replace(head, learned_tags=learned).to_bytes())

    return teach


def basis(client: FlaskClient, image: UUID, precision: float) -> dict[str, str]:
    tags = get(client, f"/v1/images/{image}?precision={precision}")["tags"]
    return {tag["tag"]: tag["basis"] for tag in tags}


def test_without_corrections_the_networks_probability_is_the_limit(
    client: FlaskClient, cat: UUID
) -> None:
    shown = get(client, f"/v1/images/{cat}?min_confidence=0.9")["tags"]

    assert basis(client, cat, 0.9) == {tag["tag"]: "network" for tag in shown}


def test_a_learned_tag_is_shown_from_its_own_threshold_on(
    client: FlaskClient, cat: UUID, teach: Teach
) -> None:
    teach({"teapot": LOW, "tabby": HIGH, "beagle": UNKNOWN})

    at_90 = basis(client, cat, 0.9)

    assert at_90["teapot"] == "corrections"
    assert at_90["pot"] == "corrections", "what is implied is as right as what implies it"
    assert at_90["cat"] == "network"
    assert not {"tabby", "beagle"} & at_90.keys()


@pytest.mark.parametrize(
    ("precision", "is_shown"),
    [(0, True), (0.85, True), (0.9, True), (0.91, False), (0.97, False), (1, False)],
)
def test_the_next_higher_precision_that_is_known_decides(
    client: FlaskClient, cat: UUID, teach: Teach, precision: float, is_shown: bool
) -> None:
    teach({"teapot": LOW})

    assert ("teapot" in basis(client, cat, precision)) == is_shown


def test_decisions_are_shown_at_every_precision(
    client: FlaskClient, engine: Engine, cat: UUID, teach: Teach
) -> None:
    teach({"teapot": HIGH, "cat": LOW})
    set_decision(engine, cat, "teapot", present=True)
    set_decision(engine, cat, "cat", present=False)

    shown = basis(client, cat, 0.99)

    assert shown["teapot"] == "corrections"
    assert "cat" not in shown


@pytest.mark.parametrize("query", ["precision=1.1", "precision=x", "precision=1&min_confidence=0"])
def test_invalid_limits_are_refused(client: FlaskClient, cat: UUID, query: str) -> None:
    assert client.get(f"/v1/images/{cat}?{query}").status_code == 400
