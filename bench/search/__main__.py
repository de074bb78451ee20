"""`python -m bench.search FOLDER`: fill a database with images, and measure what search takes.

    python -m bench.search PICTURES --images 1000000 --data /tmp/tagloop-search

The database is kept in --data and used again; delete the folder when you are done (5 GB for a
million images).
"""

import argparse
from pathlib import Path

import numpy as np
from rich.console import Console

from bench.search.library.prepare import EMBEDDINGS_FILE, prepare
from bench.search.measure import measure_searches
from bench.search.overviews import measure_overviews
from bench.search.visual import measure_visual
from bench.search.writing import measure_writing
from services.catalog.app import create_app
from shared.config import load_settings
from shared.db.connection.engine import connect_engine
from tagloop.local.environment import broker_url, database_url
from tagloop.local.servers.backing import running


def main() -> None:
    """Fill the database and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="pictures to make embeddings like theirs")
    parser.add_argument("--images", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, default=Path("/tmp/tagloop-search"))
    options = parser.parse_args()
    console = Console()
    with running(options.data) as data:
        engine = connect_engine(database_url(data))
        prepare(engine, options.folder, options.data, options.images, console)
        settings = load_settings(
            database_url=database_url(data),
            broker_url=broker_url(data),
            storage_url=data.blobs.as_uri(),
        )
        app = create_app(settings)
        measure_searches(app, console)
        measure_overviews(app, console)
        measure_writing(engine, console)
        measure_visual(engine, np.load(options.data / EMBEDDINGS_FILE), console)


if __name__ == "__main__":
    main()
