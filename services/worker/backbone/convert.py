"""`python -m services.worker.backbone.convert`: convert the configured network and measure it.

The network is converted for OpenVINO once, and timed once for each kind of processor: what was
measured is printed as JSON, and kept if the folder can be written.

Runs as a separate process, so that a worker on the CPU never imports torch and timm.
"""

import contextlib
import hashlib
import json
import re
import shutil
import sys
import tempfile
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from services.worker.backbone.interface import has_text
from services.worker.backbone.precision.measure import (
    Measured,
    find_measured,
    measure_precisions,
    write_measured,
)
from services.worker.backbone.precision.processor import has_vnni
from services.worker.backbone.precision.ranges import shipped_ranges
from shared.config import load_settings
from shared.errors import ConfigError, TagloopError
from shared.model.vocabulary.stored import write_vocabulary

# Changes when the content of a folder does.
LAYOUT = 3
GRAPH_FILE = "network.xml"
# For processors with VNNI, and for others.
INTEGER_GRAPH_FILES = {True: "network-int8-vnni.xml", False: "network-int8.xml"}
HEAD_FILE = "head.safetensors"
DESCRIPTION_FILE = "description.json"
VOCABULARY_FILE = "vocabulary.json"
DIGEST_DIGITS = 16


def convert(
    name: str, folder: Path, weights: Path | None = None, words: Path | None = None
) -> None:
    """Write a network's graphs, first head, words and description to a new folder, all or nothing.

    There are graphs for 8-bit integers if ranges for this network come with the program.

    Raises:
        ConfigError: as `load_any_network` does.
    """
    import openvino
    import torch

    from services.worker.backbone.networks.any_network import load_any_network
    from services.worker.backbone.precision.quantise import graph_digest, quantise

    # OpenVINO traces the network and cannot follow torch's fused attention.
    torch.backends.mha.set_fastpath_enabled(False)
    network = load_any_network(name, weights, words)
    side = network.description.side
    graph = openvino.convert_model(
        network.embedder,
        example_input=torch.zeros(1, side, side, 3, dtype=torch.uint8),
        input=[1, side, side, 3],
    )
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=folder.parent))
    # In a container image, root makes the folder and another user reads it.
    unfinished.chmod(0o755)
    try:
        openvino.save_model(graph, unfinished / GRAPH_FILE, compress_to_fp16=False)
        # Ranges were made with the weights of the package.
        ranges = shipped_ranges(name) if weights is None else None
        # Other versions of timm or OpenVINO may make another graph.
        if ranges is not None and ranges.graph == graph_digest(graph):
            # Both, because the image of a container runs on other processors as well.
            for for_vnni, file in INTEGER_GRAPH_FILES.items():
                integers = graph.clone()
                quantise(integers, ranges, for_vnni=for_vnni)
                openvino.save_model(integers, unfinished / file, compress_to_fp16=False)
        (unfinished / HEAD_FILE).write_bytes(network.first_head.to_bytes())
        (unfinished / DESCRIPTION_FILE).write_text(json.dumps(asdict(network.description)))
        if network.vocabulary is not None:
            vocabulary = write_vocabulary(network.vocabulary.tags)
            (unfinished / VOCABULARY_FILE).write_text(vocabulary, encoding="utf-8")
        # Another process may have finished first; its result is the same.
        if not folder.exists():
            unfinished.replace(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def converted_folder(
    name: str, cache: Path, weights: Path | None = None, words: Path | None = None
) -> Path:
    """Return the folder of a network's conversion.

    It depends on the versions of the libraries, and on the bytes of files with other weights and
    words.

    Raises:
        ConfigError: such a file cannot be read.
    """
    # The name of a network with text has a colon and slashes.
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name)
    folder = f"{plain}-timm{version('timm')}-openvino{version('openvino')}-{LAYOUT}"
    for file in (weights, words if has_text(name) else None):
        if file is not None:
            folder += f"-{_digest_of(file)}"
    return cache.expanduser() / folder


def _digest_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:DIGEST_DIGITS]
    except OSError as error:
        raise ConfigError(f"The file {path} cannot be read: {error.strerror}.") from error


def measure_here(folder: Path) -> Measured:
    """Time a converted network on this processor, unless that has been done."""
    measured = find_measured(folder)
    if measured is None:
        description = json.loads((folder / DESCRIPTION_FILE).read_text())
        integers = folder / INTEGER_GRAPH_FILES[has_vnni()]
        measured = measure_precisions(
            folder / GRAPH_FILE, integers if integers.exists() else None, description["side"]
        )
        # A container's file system is read-only.
        with contextlib.suppress(OSError):
            write_measured(measured, folder)
    return measured


def main() -> int:
    """Convert and measure the configured network unless that has been done already."""
    try:
        settings = load_settings()
        weights, words = settings.backbone_weights, settings.backbone_words
        folder = converted_folder(settings.backbone, settings.cache_dir, weights, words)
        if not folder.exists():
            convert(settings.backbone, folder, weights, words)
        print(json.dumps(asdict(measure_here(folder))))
    except (TagloopError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
