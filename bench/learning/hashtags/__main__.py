"""`python -m bench.learning.hashtags FOLDER`: how much hashtags teach without a single correction.

FOLDER has the folders `clothing` and `words` with labelled pictures. The embeddings are computed
once and kept in the cache. Writes docs/learning/hashtags.json and hashtags.png.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
from rich.console import Console

from bench.learning.hashtags.community import people
from bench.learning.hashtags.pictures import read_pictures
from bench.learning.hashtags.plot import plot
from bench.learning.hashtags.scenarios import SCENARIOS, run
from bench.learning.hashtags.simulation import Simulation

OUT = Path(__file__).parents[3] / "docs" / "learning" / "hashtags.json"


def main() -> None:
    """Run every scenario, or those whose number is given, and keep the figures of the others."""
    parser = argparse.ArgumentParser(description="Simulate a community that hashtags pictures.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cache", type=Path, default=Path("/tmp/tagloop-hashtags"))
    parser.add_argument("--only", type=int, nargs="*", help="numbers of scenarios, from 0")
    arguments = parser.parse_args()
    console = Console()
    simulation = Simulation(read_pictures(arguments.folder, arguments.cache))
    figures = json.loads(OUT.read_text()) if OUT.exists() else {"scenarios": {}}
    if "clean" not in figures:
        posts = people(simulation.pictures, wrong=0.0, seed=0)
        figures["clean"] = simulation.precision(simulation.clean(posts))
        figures["network"] = simulation.precision(simulation.network())
    clean = float(np.mean(list(figures["clean"].values())))
    console.print(f"clean labels: {clean:.3f}")
    for number, scenario in enumerate(SCENARIOS):
        if arguments.only is not None and number not in arguments.only:
            continue
        started = time.monotonic()
        found = run(scenario, simulation)
        figures["scenarios"][scenario.name] = found
        OUT.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n")
        average = found["mean_average_precision"]
        console.print(
            f"{scenario.name}: {average:.3f}, {average / clean:.1%} of clean; "
            f"unvisual learned {found['unvisual_learned']}; synonyms {found['synonyms']}; "
            f"{time.monotonic() - started:.0f} s"
        )
    plot(figures, OUT.with_suffix(".png"))


if __name__ == "__main__":
    main()
