"""Fixtures for tests of reading, of runs and of re-tagging."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from services.trainer.trainer import Trainer
from services.worker.backbone import Backbone, load_backbone
from services.worker.tagging.pipeline import Pipeline
from shared.config import Settings, load_settings
from shared.db.connection.engine import transaction
from shared.storage.storage import Storage
from tests.support.events.deliveries import webhooks_client
from tests.support.learning.retagging import Retagging
from tests.support.learning.training import InstantLearn, insert_version, trainer_with
from tests.support.pictures.rows import store_image

LANES = 2
# The words of the network with text; it knows a thousand names.
WORDS = """
animal
cat < animal
tabby < cat
golden retriever < animal
goldfish < animal
moped
missile
daisy
boathouse
volcano
pizza
banjo
laptop
umbrella
snail < animal
"""


@pytest.fixture(scope="session")
def wide_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of a network with 11,821 classes, of which it knows a thousand."""
    from bench.networks.wide_weights import save_wide_lite0

    path = tmp_path_factory.mktemp("weights") / "wide.safetensors"
    save_wide_lite0(path)
    return path


@pytest.fixture(scope="session")
def wide(wide_weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backbone]:
    """That network, loaded and converted as a worker does."""
    cache = tmp_path_factory.mktemp("cache")
    # The layers of the default network under another name.
    name = "efficientnet_lite0"
    settings = load_settings(
        device="cpu", backbone=name, backbone_weights=wide_weights, cache_dir=cache
    )
    backbone = load_backbone(settings, LANES)
    yield backbone
    backbone.close()


@pytest.fixture(scope="session")
def towers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backbone]:
    """A network with text, whose texts are the names of ImageNet's classes."""
    pytest.importorskip("transformers", reason="open_clip is not installed ('.[text]')")
    from services.worker.backbone.runtimes.torch_runtime import load_torch_backbone
    from shared.model.vocabulary import load_imagenet
    from tests.support.networks.towers import save_lite0_towers

    vocabulary = load_imagenet()
    folder = tmp_path_factory.mktemp("towers") / "lite0"
    save_lite0_towers(folder, [vocabulary.tags[leaf].name for leaf in vocabulary.leaves.tolist()])
    words = folder.parent / "words.txt"
    words.write_text(WORDS)
    backbone = load_torch_backbone(f"open_clip:{folder}", "cpu", words=words)
    yield backbone
    backbone.close()


@pytest.fixture
def cat(
    pipeline: Pipeline,
    settings: Settings,
    engine: Engine,
    storage: Storage,
    photos: dict[str, Path],
) -> UUID:
    """The photograph of a cat, tagged."""
    image = store_image(settings, engine, storage, photos["cat"].read_bytes())
    pipeline.tag([image])
    return image


@pytest.fixture
def tag_photos(
    pipeline: Pipeline,
    settings: Settings,
    engine: Engine,
    storage: Storage,
    photos: dict[str, Path],
) -> Callable[..., dict[str, UUID]]:
    """Store the named photographs for an owner and tag them; returns their ids by name.

    end: bytes that are appended to each file, so that it is another one.
    """

    def tag(names: Iterable[str], owner: str, end: bytes = b"") -> dict[str, UUID]:
        contents = {name: photos[name].read_bytes() + end for name in names}
        ids = {
            name: store_image(settings, engine, storage, content, owner)
            for name, content in contents.items()
        }
        pipeline.tag(list(ids.values()))
        return ids

    return tag


@pytest.fixture
def tagged(
    pipeline: Pipeline,
    settings: Settings,
    engine: Engine,
    storage: Storage,
    photos: dict[str, Path],
) -> list[UUID]:
    """Photographs that version 1 has tagged, the last one for another owner."""
    ids = [
        store_image(settings, engine, storage, photos[name].read_bytes(), owner)
        for name, owner in (("coffee", ""), ("flower", ""), ("rocket", "ada"))
    ]
    pipeline.tag(ids)
    # Jobs wait for workers that may not have seen a fresh promotion yet.
    with transaction(engine) as connection:
        connection.execute(text("UPDATE models SET promoted_at = now() - interval '1 hour'"))
    return ids


@pytest.fixture
def retagging(
    settings: Settings,
    engine: Engine,
    storage: Storage,
    pipeline: Pipeline,
    tagged: list[UUID],
) -> Retagging:
    """Runs re-tagging jobs."""
    return Retagging(settings, engine, storage, pipeline)


@pytest.fixture
def learn() -> InstantLearn:
    """The learning code of the trainer."""
    return InstantLearn()


@pytest.fixture
def first(engine: Engine, storage: Storage) -> int:
    """The version that is live before anything is learned."""
    return insert_version(engine, storage)


@pytest.fixture
def trainer(
    learn: InstantLearn,
    settings: Settings,
    engine: Engine,
    storage: Storage,
    first: int,
) -> Trainer:
    """A trainer without its process."""
    return trainer_with(learn, settings, engine, storage)


@pytest.fixture
def webhooks(settings: Settings) -> FlaskClient:
    """A client of the webhooks."""
    return webhooks_client(settings)
