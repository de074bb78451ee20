"""`python -m bench.search FOLDER`: fill databases with images, and measure what search takes.

    python -m bench.search PICTURES --images 100000 1000000 --data /tmp/tagloop-search

There is a database for each number of images in --data. They are kept and used again; delete the
folder when you are done (8 GB for a million images). `--only searches overviews` leaves out visual
search and writing, which take most of the time.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from bench.search.library.prepare import EMBEDDINGS_FILE, prepare
from bench.search.measure import measure_searches
from bench.search.overviews import measure_overviews
from bench.search.visual import measure_candidates, measure_visual
from bench.search.writing import measure_writing
from bench.setup.machine import processor
from services.catalog.app import create_app
from shared.config import load_settings
from shared.db.connection.engine import connect_engine
from tagloop.local.environment import broker_url, database_url
from tagloop.local.servers.backing import running

PARTS = ("visual", "searches", "overviews", "writing")


def main() -> None:
    """Fill the databases, measure, and print tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__)
    parser.add_argument("folder", type=Path, help="pictures to make embeddings like theirs")
    parser.add_argument("--images", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--data", type=Path, default=Path("/tmp/tagloop-search"))
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART")
    options = parser.parse_args()
    console = Console()
    tables: list[str] = []
    for images in options.images:
        place = options.data / str(images)
        place.mkdir(parents=True, exist_ok=True)
        tables += [
            f"{images:,} images; {processor()}",
            *measure(place, options.folder, images, options.only, console),
        ]
    for table in tables:
        print(f"\n{table}")


def measure(
    place: Path, folder: Path, images: int, parts: Sequence[str], console: Console
) -> list[str]:
    """Return the tables of one size."""
    with running(place) as data:
        engine = connect_engine(database_url(data))
        prepare(engine, folder, place, images, console)
        settings = load_settings(
            database_url=database_url(data),
            broker_url=broker_url(data),
            storage_url=data.blobs.as_uri(),
        )
        app = create_app(settings)
        tables: list[str] = []
        if "visual" in parts:
            real = np.load(place / EMBEDDINGS_FILE)
            tables += [measure_visual(engine, real), measure_candidates(real)]
        if "searches" in parts:
            tables.append(measure_searches(app, console))
        if "overviews" in parts:
            tables.append(measure_overviews(app))
        if "writing" in parts:
            measure_writing(engine, console)
        return tables


if __name__ == "__main__":
    main()
