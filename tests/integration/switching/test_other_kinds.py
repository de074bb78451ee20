"""A system goes from classes to a network with text, to 11,821 classes, and back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from services.trainer.runs.runs import carry_out_due_runs
from services.worker.backbone import Backbone
from services.worker.background.names import add_missing_names
from services.worker.background.retag_jobs import run_due_jobs
from services.worker.background.word_background import refresh_background
from services.worker.tagging.pipeline import Pipeline
from shared.db.connection.engine import transaction
from shared.model.live.model import LiveScorer
from tests.support.learning.feedback import correct, tags_of
from tests.support.networks.switching import Switching
from tests.support.networks.texts import answer_texts
from tests.support.pictures.crops import quarters_of
from tests.support.pictures.rows import store_image
from tests.support.requests.keys import app_with

TAUGHT = "my mug"
TAUGHT_SLUG = "my-mug"
# The network with text knows the last word; no vocabulary has the tag.
NAMED = "sleepy tabby"
NAMED_SLUG = "sleepy-tabby"
TEXT = "an Egyptian cat sleeps"


class Walkthrough:
    """What a user and the worker do between two switches."""

    def __init__(self, switching: Switching, pipeline: Pipeline, client: FlaskClient) -> None:
        self._trainer = switching.trainer
        self._networks = pipeline.networks
        self.client = client
        self._engine = switching.trainer.engine
        self.live = LiveScorer(self._engine, switching.trainer.storage)

    def keep_up(self) -> None:
        """Do what a worker does every ten seconds."""
        storage, settings = self._trainer.storage, self._trainer.settings
        refresh_background(self._engine, storage, self.live)
        self.live.look_again()
        add_missing_names(self._engine, storage, self.live, self._networks)
        with transaction(self._engine) as connection:
            connection.execute(text("UPDATE models SET promoted_at = now() - interval '1 hour'"))
        # A slow machine needs more than one slice of time.
        while run_due_jobs(self._engine, storage, settings):
            pass

    def teach(self, name: str, **examples: list[UUID]) -> dict[str, Any]:
        """Teach a tag from examples; return the run that did it."""
        said = {key: [str(image) for image in images] for key, images in examples.items()}
        answer = self.client.post("/v1/tags", json={"name": name, **said})
        assert answer.status_code == 201, answer.text
        carry_out_due_runs(self._trainer)
        run: dict[str, Any] = self.get(f"/v1/retrain/{answer.get_json()['run']['id']}")
        return run

    def make(self, name: str) -> dict[str, Any]:
        """Make a tag from its name alone; return the response."""
        answer = self.client.post("/v1/tags", json={"name": name})
        assert answer.status_code == 201, answer.text
        document: dict[str, Any] = answer.get_json()
        return document

    def get(self, path: str) -> dict[str, Any]:
        """Return a response of the API."""
        document: dict[str, Any] = self.client.get(path).get_json()
        return document

    def shown(self, image: UUID) -> set[str]:
        """Return the tags of an image."""
        return set(tags_of(self.get(f"/v1/images/{image}")))

    def weight_of_network(self, slug: str) -> float:
        """Return the weight of the network's own log-odds in a learned tag; 0: none."""
        scorer = self.live.look_again()
        slugs = [scorer.vocabulary.tags[column].slug for column in scorer.learned_columns]
        return float(scorer.head.learned_tags.prior[slugs.index(slug)])

    def similar(self, image: UUID) -> set[str]:
        """Return the ids of images that look like one."""
        return {found["id"] for found in self.get(f"/v1/images/{image}/similar?limit=50")["images"]}


@pytest.fixture
def walkthrough(
    switching: Switching, pipeline: Pipeline, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> Walkthrough:
    answer_texts(monkeypatch, engine, pipeline.networks)
    return Walkthrough(switching, pipeline, app_with(switching.trainer.settings).test_client())


@pytest.fixture
def ids(upload: Callable[[str], UUID], photos: dict[str, Path]) -> dict[str, UUID]:
    """Tagged photographs, by what they show."""
    return {name: upload(name) for name in photos if name != "astronaut"}


@pytest.fixture
def parts(
    switching: Switching, pipeline: Pipeline, photos: dict[str, Path]
) -> dict[str, list[UUID]]:
    """Tagged quarters of photographs, by what these show."""
    trainer = switching.trainer
    parts = {
        name: [
            store_image(trainer.settings, trainer.engine, trainer.storage, part)
            for part in quarters_of(photos[name])
        ]
        for name in ("coffee", "rocket", "temple")
    }
    pipeline.tag([image for images in parts.values() for image in images])
    return parts


@pytest.fixture
def names(pipeline: Pipeline, towers: Backbone, wide: Backbone) -> tuple[str, str]:
    """Names of a network with text and of one with 11,821 classes, which the worker has loaded."""
    for network in (towers, wide):
        pipeline.networks.add(network)
    return towers.description.name, wide.description.name


# Four times, a learner learns; on a busy machine this takes minutes.
@pytest.mark.timeout(1200)
def test_words_corrections_and_names_survive_networks_of_other_kinds(
    *,
    walkthrough: Walkthrough,
    switching: Switching,
    names: tuple[str, str],
    ids: dict[str, UUID],
    parts: dict[str, list[UUID]],
    wide_weights: Path,
    upload: Callable[[str], UUID],
) -> None:
    see, (with_text, many_classes) = walkthrough, names
    # Given a tag that people have taught
    others = [*parts["rocket"][:2], *parts["temple"][:2]]
    assert see.teach(TAUGHT, examples=parts["coffee"][:3], counterexamples=others)

    # When the network becomes one with text (so few corrections say nothing about which is better)
    switching.begin(with_text, gated=False)
    switching.carry_out()
    see.keep_up()

    # Then its words are shown, and what people taught
    assert {"tabby", "cat", "animal"} <= see.shown(ids["cat"])
    assert "moped" in see.shown(ids["motorcycle"])
    assert TAUGHT_SLUG in see.shown(ids["coffee"])
    assert TAUGHT_SLUG not in see.shown(ids["cat"])
    assert len(see.similar(ids["cat"])) == len(ids) + 12 - 1

    # When tags are made from their names, and one of them is taught by examples
    for name in (NAMED, "espresso"):
        assert see.make(name)["run"] is None
    see.keep_up()
    assert NAMED_SLUG in see.shown(ids["cat"])
    assert "espresso" in see.shown(ids["coffee"])
    run = see.teach("espresso", examples=parts["coffee"][:3], counterexamples=others)
    assert run["status"] == "promoted", run

    # Then the learner starts from what the network thinks of the name
    assert see.weight_of_network("espresso") > 0
    assert see.weight_of_network(TAUGHT_SLUG) == 0
    found = see.get(f"/v1/search?q={TEXT}")
    assert found["by_text"]
    assert found["images"][0]["id"] == str(ids["cat"])

    # When the network becomes one with 11,821 classes
    switching.begin(many_classes, str(wide_weights), gated=False)
    switching.carry_out()
    see.keep_up()

    # Then a name that is one of its words has its tag's row, and the user is told about the other
    assert f"names, which this network cannot read: {NAMED}" in switching.read()["reason"]
    assert see.get("/v1/tags/espresso")["kind"] == "wordnet"
    assert {"feline", "mammal", "cat"} <= see.shown(ids["cat"])
    assert NAMED_SLUG not in see.shown(ids["cat"])
    assert {TAUGHT_SLUG, "espresso"} <= see.shown(ids["coffee"])
    assert see.get(f"/v1/search?q={TEXT}")["by_text"] is None
    ids["astronaut"] = upload("astronaut")
    assert len(see.similar(ids["astronaut"])) == len(ids) + 12 - 1

    # And when the network with text comes back, so do its names
    switching.begin(with_text, gated=False)
    switching.carry_out()
    see.keep_up()
    assert switching.read()["done"] == 1
    assert {"tabby", NAMED_SLUG} <= see.shown(ids["cat"])
    assert {TAUGHT_SLUG, "espresso"} <= see.shown(ids["coffee"])
    correct(see.client, ids["cat"], remove=[NAMED_SLUG], user="ada")
    assert NAMED_SLUG not in see.shown(ids["cat"])
