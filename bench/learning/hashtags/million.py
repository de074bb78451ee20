"""`python -m bench.learning.hashtags.million FOLDER`: time and memory of a night's hashtags.

    python -m bench.learning.hashtags.million PICTURES --images 1000000 --data /tmp/tagloop-million

Fills a database with images of five hashtags each (5 GB for a million), unless --data has them, and
runs what a night does. The database is kept; delete the folder when you are done.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from sqlalchemy import text

from bench.learning.hashtags.pictures import read_pictures
from bench.learning.hashtags.rows import fill
from bench.setup.machine import processor
from services.worker.backbone import load_backbone
from services.worker.backbone.first_model import ensure_model
from shared.config import load_settings
from shared.db.connection.engine import connect_engine, transaction
from shared.db.migrate.run import migrate
from shared.model.live.model import LiveScorer
from shared.storage.storage import Storage
from tagloop.local.datadir import open_data_dir
from tagloop.local.environment import broker_url, database_url
from tagloop.local.servers.backing import running

KIBIBYTES_PER_GIBIBYTE = 1024**2


def main() -> None:
    """Fill the database, then measure a night in a process of its own."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.learning.hashtags.million", description=__doc__
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--images", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, default=Path("/tmp/tagloop-million"))
    parser.add_argument("--cache", type=Path, default=Path("/tmp/tagloop-hashtags"))
    parser.add_argument("--night", action="store_true", help="measure; used by the program itself")
    arguments = parser.parse_args()
    if arguments.night:
        print(json.dumps(measure(arguments.data)))
        return
    console = Console()
    with running(arguments.data) as data:
        engine = connect_engine(database_url(data))
        migrate(engine)
        storage = Storage(data.blobs.as_uri())
        with transaction(engine) as connection:
            is_filled = connection.scalar(text("SELECT count(*) FROM images"))
        if not is_filled:
            backbone = load_backbone(load_settings(device="cpu"), 2)
            ensure_model(engine, storage, backbone)
            backbone.close()
            model = LiveScorer(engine, storage, frozenset()).get().model
            pictures = read_pictures(arguments.folder, arguments.cache)
            fill(engine, pictures, model, arguments.images, console)
        command = [sys.executable, "-m", "bench.learning.hashtags.million", str(arguments.folder)]
        night = subprocess.run(
            [*command, "--night", "--data", str(arguments.data)], stdout=subprocess.PIPE, check=True
        )
        figures = json.loads(night.stdout.splitlines()[-1])
        console.print(f"{processor()}: {figures}")


def measure(folder: Path) -> dict[str, object]:
    """Run a night on a filled database; return its seconds, GiB at the peak, and what it found."""
    # The trainer imports torch, which nothing else here needs.
    from services.trainer.learning.run import finetune

    data = open_data_dir(folder)
    settings = load_settings(
        database_url=database_url(data),
        broker_url=broker_url(data),
        storage_url=data.blobs.as_uri(),
    )
    stages: dict[str, float] = {}
    started = time.monotonic()

    def progress(stage: str, _: float) -> None:
        stages.setdefault(stage, round(time.monotonic() - started, 1))

    engine = connect_engine(database_url(data))
    storage = Storage(settings.storage_url)
    found = finetune(engine, storage, settings, tag_id=None, progress=progress)
    seconds = time.monotonic() - started
    hashtags = found.report.get("hashtags", {})
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": round(seconds, 1),
        "stages": stages,
        "processor_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_gib": round(usage.ru_maxrss / KIBIBYTES_PER_GIBIBYTE, 2),
        "status": found.status,
        "words": len(hashtags.get("words", {})),
        "left_out": len(hashtags.get("left_out", {})),
    }


if __name__ == "__main__":
    main()
