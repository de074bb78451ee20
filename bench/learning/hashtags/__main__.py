"""`python -m bench.learning.hashtags FOLDER`: how much hashtags teach, and what bad ones cost.

FOLDER has the folders `clothing` and `words` with labelled pictures. The embeddings are computed
once and kept in the cache. Writes docs/learning/hashtags.json and hashtags.png.
"""

import argparse
import json
import time
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from bench.learning.hashtags.community import people
from bench.learning.hashtags.corrections import PER_TAG, compare
from bench.learning.hashtags.pictures import read_pictures
from bench.learning.hashtags.plot import USUAL, plot
from bench.learning.hashtags.scenarios import ABLATIONS, SCENARIOS, run
from bench.learning.hashtags.simulation import Simulation

OUT = Path(__file__).parents[3] / "docs" / "learning" / "hashtags.json"
PARTS = ("scenarios", "ablations", "corrections")


def main() -> None:
    """Run all parts, or the one that is asked for, and keep the figures of the others."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.learning.hashtags",
        description="Simulate a community that hashtags pictures.",
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cache", type=Path, default=Path("/tmp/tagloop-hashtags"))
    parser.add_argument("--part", choices=PARTS, nargs="*", default=PARTS)
    parser.add_argument("--only", type=int, nargs="*", help="numbers of steps, from 0")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3])
    arguments = parser.parse_args()
    simulation = Simulation(read_pictures(arguments.folder, arguments.cache))
    console = Console()
    for seed, part in product(arguments.seeds, arguments.part):
        for number, (name, step) in enumerate(_steps(part, simulation, seed)):
            if arguments.only is not None and number not in arguments.only:
                continue
            started = time.monotonic()
            found = step()
            _keep(part, name, seed, found)
            told = {key: value for key, value in found.items() if not isinstance(value, dict)}
            console.print(f"seed {seed}: {name}: {told}; {time.monotonic() - started:.0f} s")
    figures = json.loads(OUT.read_text())
    if USUAL in figures.get("scenarios", {}):
        plot(figures, OUT.with_suffix(".png"))


def _steps(
    part: str, simulation: Simulation, seed: int
) -> list[tuple[str, Callable[[], dict[str, Any]]]]:
    """Return the steps of a part by name; each returns its figures."""
    if part == "corrections":
        return [
            (f"{count} corrections a tag", partial(compare, simulation, count, seed))
            for count in PER_TAG
        ]
    scenarios = SCENARIOS if part == "scenarios" else ABLATIONS
    steps = [(one.name, partial(run, one, simulation, seed)) for one in scenarios]
    return [("clean labels", partial(_clean, simulation, seed)), *steps]


def _clean(simulation: Simulation, seed: int) -> dict[str, Any]:
    posts = people(simulation.pictures, 0.0, 100 * seed)
    labels = simulation.precision(simulation.clean(posts))
    network = simulation.precision(simulation.network())
    return {
        "mean_average_precision": float(np.mean(list(labels.values()))),
        "labels": labels,
        "network": network,
    }


def _keep(part: str, name: str, seed: int, found: dict[str, Any]) -> None:
    """Add figures to the file, which other runs may write as well."""
    figures = json.loads(OUT.read_text()) if OUT.exists() else {}
    figures.setdefault(part, {}).setdefault(name, {})[str(seed)] = found
    OUT.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
