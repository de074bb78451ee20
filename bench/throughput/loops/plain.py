"""A plain loop: PIL and eager torch, one picture at a time, pictures in memory."""

import argparse
import json
import os
import sys
import time
from io import BytesIO
from pathlib import Path

import numpy as np

from bench.setup.pictures import jpeg_files
from bench.throughput.peers.eager import EagerTagger

WARM_UP_IMAGES = 5


def main() -> int:
    """Measure the loop over the pictures of a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--images", type=int, required=True)
    options = parser.parse_args()
    blobs = [path.read_bytes() for path in jpeg_files(options.pictures)]
    # One picture at a time: torch uses all cores, its default.
    tagger = EagerTagger(threads=os.cpu_count() or 1)

    def tag(count: int) -> None:
        for number in range(count):
            pixels = tagger.decode(BytesIO(blobs[number % len(blobs)]))
            tagger.tag(pixels[np.newaxis])

    tag(WARM_UP_IMAGES)
    started, cpu_before = time.perf_counter(), time.process_time()
    tag(options.images)
    result = {
        "images_per_second": options.images / (time.perf_counter() - started),
        "cpu_ms": 1000 * (time.process_time() - cpu_before) / options.images,
    }
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
