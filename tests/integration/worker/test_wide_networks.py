"""A network with 11,821 classes, from its file to tags, search, corrections and what is learned."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from sqlalchemy import Engine, text

from bench.networks.wide_weights import DEFAULT
from services.trainer.learning.run import finetune
from services.trainer.runs.runs import carry_out_due_runs
from services.trainer.trainer import Trainer
from services.worker.backbone import Backbone
from services.worker.backbone.first_model import ensure_model
from services.worker.backbone.networks.timm_network import load_network
from services.worker.background.retag_jobs import run_due_jobs
from services.worker.switching.networks import LoadedNetworks
from services.worker.tagging.leases import LeaseKeeper
from services.worker.tagging.pipeline import Pipeline
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.migrate.run import migrate
from shared.errors import ConfigError
from shared.messaging.celery_app import create_celery
from shared.model.live.model import LiveScorer
from shared.storage.storage import Storage
from tests.support.learning.feedback import correct, tags_of
from tests.support.pictures.rows import store_image
from tests.support.requests.keys import app_with

LANES = 2


@pytest.fixture
def pipeline(
    settings: Settings, engine: Engine, storage: Storage, wide: Backbone, wide_weights: Path
) -> Iterator[Pipeline]:
    ensure_model(engine, storage, wide, str(wide_weights))
    networks = LoadedNetworks(settings, storage, LANES)
    networks.add(wide)
    leases = LeaseKeeper(engine, settings.lease_seconds)
    yield Pipeline(settings, engine, networks, leases, LiveScorer(engine, storage))
    leases.close()
    networks.close()


def kinds(engine: Engine) -> dict[str, int]:
    with transaction(engine) as connection:
        rows = connection.execute(text("SELECT kind, count(*) AS tags FROM tags GROUP BY kind"))
        return {row.kind: row.tags for row in rows}


def test_pictures_are_tagged_found_corrected_and_learned_from(
    pipeline: Pipeline,
    settings: Settings,
    engine: Engine,
    storage: Storage,
    photos: dict[str, Path],
) -> None:
    client = app_with(settings).test_client()
    # Given photographs
    ids = {
        name: store_image(settings, engine, storage, path.read_bytes())
        for name, path in photos.items()
    }

    # When they are tagged
    assert pipeline.tag(list(ids.values())) == len(ids)

    # Then they show words of the network, with wider ones
    cat = tags_of(client.get(f"/v1/images/{ids['cat']}").get_json())
    assert {"cat", "feline", "mammal", "animal"} <= cat.keys()
    assert client.get("/v1/search?q=cat").get_json()["total"] == 1
    assert client.get("/v1/search?q=mammals -dog").get_json()["total"] == 1
    # Words that only this vocabulary has are found, without any picture yet
    sky = client.get("/v1/tags/sky").get_json()
    assert (sky["kind"], sky["wordnet_id"]) == ("wordnet", "n09436708")
    assert client.get("/v1/search?q=street").get_json()["unknown"] == []
    # Words that only the shipped vocabulary has are hidden
    assert client.get("/v1/tags/close-up").status_code == 404
    listed = client.get("/v1/tags?q=close-up").get_json()["tags"]
    assert "close-up" not in [tag["tag"] for tag in listed]

    # When people correct them, also with a word that another network has, and a run learns
    for name in ("coffee", "flower", "temple"):
        correct(client, ids[name], add=["close-up"], user="ada")
        correct(client, ids[name], remove=["cat"], add=["street"], user="ada")
    correct(client, ids["cat"], remove=["close-up", "street"], user="ada")
    learned = client.post(
        "/v1/tags",
        json={
            "name": "close-up",
            "examples": [str(ids["coffee"]), str(ids["flower"])],
            "counterexamples": [str(ids["rocket"])],
        },
    )
    assert learned.status_code == 201
    trainer = Trainer(settings, engine, storage, create_celery(settings), finetune)
    carry_out_due_runs(trainer)
    run = client.get(f"/v1/retrain/{learned.get_json()['run']['id']}").get_json()
    assert run["status"] == "promoted", run

    # Then its version tags pictures, from stored embeddings
    with transaction(engine) as connection:
        connection.execute(text("UPDATE models SET promoted_at = now() - interval '1 hour'"))
    assert not run_due_jobs(engine, storage, settings)
    again = tags_of(client.get(f"/v1/images/{ids['flower']}").get_json())
    assert again["close-up"][1] == "user"
    scorer = LiveScorer(engine, storage).get()
    assert scorer.model.version == run["version"]
    assert "close-up" in [scorer.vocabulary.tags[c].slug for c in scorer.learned_columns]

    # And a migration keeps the words of the live network
    before = kinds(engine)
    migrate(engine)
    assert kinds(engine) == before
    assert before["wordnet"] == len(scorer.vocabulary.tags) - before["custom"]


def test_bad_weights_are_refused_with_a_sentence(wide_weights: Path, tmp_path: Path) -> None:
    pickled = tmp_path / "weights.pt"
    torch.save(load_file(wide_weights), pickled)
    odd = tmp_path / "odd.safetensors"
    entries = load_file(wide_weights)
    save_file({**entries, "classifier.weight": entries["classifier.weight"][:345]}, odd)
    unnamed = tmp_path / "unnamed.safetensors"
    classifier = {
        f"classifier.{part}": entries[f"classifier.{part}"][:345] for part in ("weight", "bias")
    }
    save_file({**entries, **classifier}, unnamed)
    for path, sentence in (
        (pickled, "not a safetensors file.*pickle can run any program"),
        (odd, "do not fit.*classifier.bias"),
        (unnamed, "no names for its 345 classes"),
        (tmp_path / "missing", "cannot be read"),
    ):
        with pytest.raises(ConfigError, match=sentence):
            load_network(DEFAULT, path)
    with pytest.raises(ConfigError, match="do not fit 'resnet18'"):
        load_network("resnet18", wide_weights)
    with pytest.raises(ConfigError, match="is not a network of timm"):
        load_network("resnot18")


def test_an_unreachable_hub_is_named_with_a_way_around_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import huggingface_hub

    # The hub's client gives up at once instead of after a minute of retries.
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)

    with pytest.raises(ConfigError, match=r"not on this machine.*TAGLOOP_BACKBONE_WEIGHTS"):
        load_network("vit_tiny_patch16_224.augreg_in21k")
