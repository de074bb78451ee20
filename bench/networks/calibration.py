"""`python -m bench.networks.calibration FOLDER`: measure how well the network's probabilities are
calibrated.

FOLDER holds pictures and a labels.csv with the columns file and index (of the ImageNet class). For
each temperature, by which the logits are divided, it prints the accuracy, the mean probability of
the answer, and the negative log-likelihood of the label; the lowest marks the best temperature.
"""

import argparse
import csv
from contextlib import closing
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.throughput.loops.worker_limit import MemoryStorage
from services.worker.backbone import load_backbone
from services.worker.backbone.networks.temperature import TEMPERATURES
from services.worker.tagging.lanes import Embedded, Lanes, count_lanes
from shared.config import load_settings

SHOWN = (0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 1.0, 1.2)


def main() -> None:
    """Measure the configured network on a labelled folder."""
    parser = argparse.ArgumentParser(prog="python -m bench.networks.calibration")
    parser.add_argument("folder", type=Path, help="pictures and their labels.csv")
    folder = parser.parse_args().folder
    try:
        rows = list(csv.DictReader((folder / "labels.csv").read_text().splitlines()))
    except OSError as error:
        raise SystemExit(f"{folder / 'labels.csv'}: {error.strerror}.") from error
    settings = load_settings()
    storage = MemoryStorage()
    images = [
        storage.add((folder / row["file"]).read_bytes(), settings.max_image_pixels) for row in rows
    ]
    lane_count = count_lanes(settings.lanes)
    backbone = load_backbone(settings, lane_count)
    with closing(Lanes(settings, storage, backbone, lane_count)) as lanes:
        outcomes = [o for o in lanes.embed(images) if isinstance(o, Embedded)]
    embeddings = np.stack([outcome.embedding for outcome in outcomes])
    labels = np.array([int(row["index"]) for row in rows])
    head = backbone.first_head
    own = TEMPERATURES.get(settings.backbone, 1.0)
    logits = (embeddings @ head.weight + head.bias) * own
    table = Table("temperature", "right answers", "mean probability", "negative log-likelihood")
    for temperature in SHOWN:
        scaled = logits / temperature
        scaled -= scaled.max(axis=1, keepdims=True)
        probabilities = np.exp(scaled) / np.exp(scaled).sum(axis=1, keepdims=True)
        right = (probabilities.argmax(axis=1) == labels).mean()
        likelihood = np.log(probabilities[np.arange(len(labels)), labels]).mean()
        mark = " (used)" if temperature == own else ""
        table.add_row(
            f"{temperature:g}{mark}",
            f"{right:.1%}",
            f"{probabilities.max(axis=1).mean():.1%}",
            f"{-likelihood:.3f}",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
