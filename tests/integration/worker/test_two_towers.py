"""Networks with text: from a folder to tags, a tag by its name alone, and search in free words."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from services.worker.backbone import Backbone, load_backbone
from services.worker.backbone.first_model import ensure_model
from services.worker.backbone.networks.any_network import load_any_network
from services.worker.background.retag_jobs import run_due_jobs
from services.worker.background.word_background import refresh_background
from services.worker.switching.networks import LoadedNetworks
from services.worker.tagging.leases import LeaseKeeper
from services.worker.tagging.pipeline import Pipeline
from shared.config import Settings, load_settings
from shared.db.connection.engine import transaction
from shared.errors import ConfigError
from shared.model.live.model import LiveScorer
from shared.storage.storage import Storage
from tests.support.learning.feedback import correct, tags_of
from tests.support.networks.texts import answer_texts
from tests.support.pictures.crops import quarters_of
from tests.support.pictures.rows import store_image
from tests.support.requests.keys import app_with

pytestmark = pytest.mark.skipif(
    find_spec("open_clip") is None, reason="open_clip is not installed (pip install '.[text]')"
)
LANES = 2


@pytest.fixture
def networks(
    settings: Settings, engine: Engine, storage: Storage, towers: Backbone
) -> LoadedNetworks:
    ensure_model(engine, storage, towers)
    networks = LoadedNetworks(settings, storage, LANES)
    networks.add(towers)
    return networks


@pytest.fixture
def tower_pipeline(
    settings: Settings, engine: Engine, storage: Storage, networks: LoadedNetworks
) -> Iterator[Pipeline]:
    leases = LeaseKeeper(engine, settings.lease_seconds)
    yield Pipeline(settings, engine, networks, leases, LiveScorer(engine, storage))
    leases.close()


@pytest.fixture
def client(
    settings: Settings, engine: Engine, networks: LoadedNetworks, monkeypatch: pytest.MonkeyPatch
) -> FlaskClient:
    answer_texts(monkeypatch, engine, networks)
    return app_with(settings).test_client()


def test_pictures_are_tagged_by_words_and_found_by_texts(
    tower_pipeline: Pipeline,
    client: FlaskClient,
    settings: Settings,
    engine: Engine,
    photos: dict[str, Path],
) -> None:
    storage = Storage(settings.storage_url)
    live = LiveScorer(engine, storage)
    ids = {
        name: store_image(settings, engine, storage, path.read_bytes())
        for name, path in photos.items()
    }

    def retag() -> None:
        with transaction(engine) as connection:
            connection.execute(text("UPDATE models SET promoted_at = now() - interval '1 hour'"))
        assert not run_due_jobs(engine, storage, settings)

    def shown(name: str) -> set[str]:
        return set(tags_of(client.get(f"/v1/images/{ids[name]}").get_json()))

    # Given tagged pictures, compared with a background of which they are a part
    others = [
        store_image(settings, engine, storage, crop)
        for name in photos.keys() - {"cat", "coffee"}
        for crop in quarters_of(photos[name])
    ]
    images = [*ids.values(), *others]
    for start in range(0, len(images), 10):
        tower_pipeline.tag(images[start : start + 10])
    assert refresh_background(engine, storage, live, steps=(len(images),)) == 2
    assert refresh_background(engine, storage, live, steps=(len(images),)) is None
    retag()

    # Then words of the vocabulary are shown, with their wider words
    assert {"tabby", "cat", "animal"} <= shown("cat")
    assert "moped" in shown("motorcycle")
    assert "moped" not in shown("cat")
    assert client.get("/v1/search?q=animal").get_json()["total"] >= 1

    # When a tag is made from its name alone
    assert client.get("/v1/status").get_json()["understands_text"]
    made = client.post("/v1/tags", json={"name": "espresso"})
    assert made.status_code == 201, made.text
    assert made.get_json()["run"] is None
    assert client.post("/v1/tags", json={"name": "espresso"}).status_code == 409
    retag()

    # Then the picture of a coffee has it, and that of a cat has not
    assert "espresso" in shown("coffee")
    assert "espresso" not in shown("cat")

    # And it is a tag like any other: corrected, and gone when it is deleted
    correct(client, ids["coffee"], remove=["espresso"], user="ada")
    assert "espresso" not in shown("coffee")
    assert client.delete("/v1/tags/espresso").status_code in (200, 204)
    assert "espresso" not in [tag.slug for tag in live.look_again().vocabulary.tags]

    # When people search for what is no tag
    found = client.get("/v1/search?q=an Egyptian cat sleeps").get_json()

    # Then the pictures nearest to the text are found, and words that are tags mean tags as before
    assert found["by_text"] == "an Egyptian cat sleeps"
    assert [image["id"] for image in found["images"]][:1] == [str(ids["cat"])]
    assert client.get("/v1/search?q=an Egyptian cat sleeps owner:ada").get_json()["total"] == 0
    ids_only = "/v1/search/ids?q=an Egyptian cat sleeps"
    assert client.get(ids_only).get_json()["ids"] == [image["id"] for image in found["images"]]
    assert client.get(f"{ids_only} owner:ada").get_json()["ids"] == []
    by_tags = client.get("/v1/search?q=cat").get_json()
    assert by_tags["by_text"] is None
    assert str(ids["cat"]) in [image["id"] for image in by_tags["images"]]
    assert client.get('/v1/search?q="egyptian cat sleeps"').get_json()["by_text"] is None


def test_a_network_without_text_says_that_examples_are_needed(
    pipeline: Pipeline, settings: Settings
) -> None:
    client = app_with(settings).test_client()

    assert not client.get("/v1/status").get_json()["understands_text"]
    answer = client.post("/v1/tags", json={"name": "zebra crossing"})

    assert answer.status_code == 400
    assert "needs examples" in answer.get_json()["detail"]
    assert client.get("/v1/search?q=xyzzy plugh").get_json()["by_text"] is None


def test_a_network_of_open_clip_is_converted_with_its_words(tmp_path: Path) -> None:
    from tests.support.networks.towers import save_tiny_towers

    save_tiny_towers(tmp_path / "tiny")
    words = tmp_path / "words.txt"
    words.write_text("dog\npoodle < dog\n")
    settings = load_settings(
        device="cpu",
        backbone=f"open_clip:{tmp_path}/tiny",
        backbone_words=words,
        cache_dir=tmp_path / "cache",
    )

    backbone = load_backbone(settings, LANES)

    assert (backbone.description.side, backbone.description.dimensions) == (32, 32)
    vocabulary = backbone.vocabulary
    assert vocabulary is not None
    assert [tag.slug for tag in vocabulary.tags] == ["dog", "poodle"]
    embedding = backbone.embed(np.zeros((32, 32, 3), np.uint8)).result()
    assert np.linalg.norm(embedding) == pytest.approx(1, abs=0.01)
    assert backbone.text is not None
    assert backbone.text.embed("dog", as_name=True) == pytest.approx(
        backbone.first_head.text.rows[:, 0] if backbone.first_head.text else None, abs=1e-3
    )
    backbone.close()


def test_networks_and_folders_that_cannot_be_used_are_refused_with_a_sentence(
    tmp_path: Path,
) -> None:
    pickled = tmp_path / "pickled"
    pickled.mkdir()
    (pickled / "open_clip_config.json").write_text("{}")
    (pickled / "open_clip_pytorch_model.bin").write_bytes(b"pickle")
    for name, sentence in (
        ("open_clip:ViT-B-33/openai", "is not a network of open_clip"),
        ("open_clip:ViT-B-32/nobody", "open_clip has ViT-B-32 with openai, "),
        (f"open_clip:{tmp_path}", "it has no open_clip_config.json"),
        (f"open_clip:{pickled}", "pickle can run any program"),
    ):
        with pytest.raises(ConfigError, match=sentence):
            load_any_network(name)
