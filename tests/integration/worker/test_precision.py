"""Workers of different precision on one database."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from sqlalchemy import Engine

from services.worker.backbone import Backbone, load_backbone
from services.worker.backbone.convert import INTEGER_GRAPH_FILES, converted_folder
from services.worker.backbone.first_model import ensure_model
from services.worker.backbone.precision.agreement import is_agreed, load_agreed_backbone
from services.worker.backbone.runtimes.openvino_core import openvino_core
from shared.config import Settings, load_settings
from shared.model.words.words_file import read_words_file, shipped_words
from shared.storage.storage import Storage
from tagloop.local.supervisor.child import PROJECT_ROOT

MIN_COSINE = 0.96
# A word's probability may differ by this much between two precisions.
CLOSE = 0.15
MAX_ACTIVATION, MAX_SUM = 255, 32_767

Embeddings = dict[str, NDArray[np.float32]]


@pytest.fixture(scope="module")
def networks() -> dict[str, Backbone]:
    """The network in float32 and in 8-bit integers."""
    return {name: load_backbone(load_settings(precision=name), 1) for name in ("f32", "int8")}


@pytest.fixture(scope="module")
def embedded(networks: dict[str, Backbone], photos: dict[str, Path]) -> dict[str, Embeddings]:
    """Unit embeddings of photographs, by precision and name."""
    return {
        precision: {name: unit_embedding(network, path) for name, path in photos.items()}
        for precision, network in networks.items()
    }


def unit_embedding(network: Backbone, path: Path) -> NDArray[np.float32]:
    side = network.description.side
    with Image.open(path) as photo:
        pixels = np.asarray(photo.convert("RGB").resize((side, side)))
    embedding = network.embed(pixels).result()
    return embedding / np.float32(np.linalg.norm(embedding))


def test_a_picture_in_another_precision_is_most_similar_to_itself(
    embedded: dict[str, Embeddings],
) -> None:
    for name, integer in embedded["int8"].items():
        cosines = {other: float(integer @ exact) for other, exact in embedded["f32"].items()}

        assert max(cosines, key=cosines.__getitem__) == name
        assert cosines[name] > MIN_COSINE


def test_words_learned_in_one_precision_are_found_in_another(
    networks: dict[str, Backbone], photos: dict[str, Path]
) -> None:
    path = shipped_words(networks["f32"].description.name)
    assert path is not None
    words = read_words_file(path).classifiers
    for photo in photos.values():
        exact, integer = (
            words.probabilities(raw_embedding(network, photo)[np.newaxis])[0]
            for network in networks.values()
        )

        assert np.abs(exact - integer).max() < CLOSE


def raw_embedding(network: Backbone, path: Path) -> NDArray[np.float32]:
    side = network.description.side
    with Image.open(path) as photo:
        return network.embed(np.asarray(photo.convert("RGB").resize((side, side)))).result()


@pytest.mark.parametrize("first", ["int8", "f32"])
def test_all_workers_follow_the_precision_of_the_first(
    first: str, settings: Settings, engine: Engine, storage: Storage
) -> None:
    told = settings.model_copy(update={"precision": first})
    backbone = load_agreed_backbone(engine, told, 1)
    ensure_model(engine, storage, backbone)
    assert is_agreed(engine, told, backbone)

    # A second worker measures whatever it measures.
    second = load_agreed_backbone(engine, settings, 1)

    assert second.choice.family == backbone.choice.family
    assert is_agreed(engine, settings, second)


def test_a_worker_that_chose_another_precision_at_the_same_moment_notices(
    settings: Settings, engine: Engine, storage: Storage, networks: dict[str, Backbone]
) -> None:
    ensure_model(engine, storage, networks["f32"])
    assert is_agreed(engine, settings, networks["f32"])

    assert not is_agreed(engine, settings, networks["int8"])


def test_sums_of_neighbouring_weights_fit_processors_without_vnni() -> None:
    settings = load_settings()
    folder = converted_folder(settings.backbone, settings.cache_dir)
    graph = openvino_core().read_model(folder / INTEGER_GRAPH_FILES[False])
    quantised = [
        node.get_data().astype(int)
        for node in graph.get_ordered_ops()
        if node.get_type_name() == "Constant" and node.get_element_type().get_type_name() == "i8"
    ]

    assert len(quantised) > 30
    for weights in quantised:
        # Depthwise weights, of five dimensions, have no neighbours.
        if weights.ndim == 4:
            sums = weights[:, 0:-1:2] + weights[:, 1::2]
            assert np.abs(sums).max() * MAX_ACTIVATION <= MAX_SUM


def test_releasing_a_network_leaves_signals_alone() -> None:
    code = """
import gc, signal
from services.worker.backbone import load_backbone
from shared.config import load_settings

signal.signal(signal.SIGUSR1, lambda number, frame: print("handled"))
first = load_backbone(load_settings(precision="f32"), 1)
second = load_backbone(load_settings(precision="int8"), 1)
del first, second
gc.collect()
signal.raise_signal(signal.SIGUSR1)
"""

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=PROJECT_ROOT
    )

    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, ["handled"]), done.stderr
