"""`python -m bench.networks.two_networks NAME [FILE]`: memory of a worker during a change.

Embeds pictures as a worker does: first with the configured network, then also with another one,
whose weights may come from a file. Prints the memory of the process and its decoders; shared pages
count once.
"""

import argparse
import tempfile
from pathlib import Path

import psutil
import skimage

from services.worker.switching.networks import LoadedNetworks
from services.worker.tagging.lanes import count_lanes
from shared.config import load_settings
from shared.storage.storage import Storage

MEGABYTE = 1_000_000
PICTURES = 32
PICTURE = Path(skimage.__file__).parent / "data" / "rocket.jpg"


def memory() -> float:
    """Return the memory of this process and of those below it, in megabytes."""
    me = psutil.Process()
    processes = [me, *me.children(recursive=True)]
    return float(sum(process.memory_full_info().pss for process in processes)) / MEGABYTE


def main() -> None:
    """Print the memory with one network and with two."""
    parser = argparse.ArgumentParser(prog="python -m bench.networks.two_networks")
    parser.add_argument("name", help="the other network")
    parser.add_argument("weights", nargs="?", help="safetensors file with its weights")
    options = parser.parse_args()
    settings = load_settings(device="cpu")
    with tempfile.TemporaryDirectory() as folder:
        storage = Storage(Path(folder).as_uri())
        storage.put("picture", PICTURE.read_bytes())
        networks = LoadedNetworks(settings, storage, count_lanes(settings.lanes))
        for wanted, file in ((settings.backbone, None), (options.name, options.weights)):
            lanes = networks.get(wanted, file).lanes
            for _ in range(PICTURES):
                lanes.embed_one("picture", "JPEG", 1)
            print(f"with {wanted}: {memory():,.0f} MB")
        networks.close()


if __name__ == "__main__":
    main()
