"""`python -m services.worker.backbone.convert NAME FOLDER`: a timm network made ready for OpenVINO.

Runs as a process of its own: torch and timm come and go with it, and a worker on the CPU never
imports them.
"""

import argparse
import json
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from shared.errors import TagloopError

GRAPH_FILE = "network.xml"
HEAD_FILE = "head.safetensors"
DESCRIPTION_FILE = "description.json"


def convert(name: str, folder: Path) -> None:
    """Write graph, first head and description of a network to a new folder, all or nothing.

    Raises:
        ConfigError: as `load_network` does.
    """
    import openvino
    import torch

    from services.worker.backbone.network import load_network

    network = load_network(name)
    side = network.description.side
    graph = openvino.convert_model(
        network.embedder,
        example_input=torch.zeros(1, side, side, 3, dtype=torch.uint8),
        input=[1, side, side, 3],
    )
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        openvino.save_model(graph, unfinished / GRAPH_FILE, compress_to_fp16=False)
        (unfinished / HEAD_FILE).write_bytes(network.first_head.to_bytes())
        (unfinished / DESCRIPTION_FILE).write_text(json.dumps(asdict(network.description)))
        # Another process may have been quicker; its result is as good.
        if not folder.exists():
            unfinished.replace(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def main() -> int:
    """Convert the network named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    try:
        convert(arguments.name, arguments.folder)
    except TagloopError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
