"""`python -m bench.throughput.words [--rounds 6] [--images 600]`: the cost of everyday words.

One running stack gets a version of the model without the words beside version 1, which has them.
The two are live in turns while pictures are uploaded: a slow minute of the machine hits both.
"""

import argparse
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from bench.setup.machine import processor
from bench.setup.pictures import find_pictures
from bench.setup.processes import cpu_seconds, find_process
from bench.setup.room import FULL, Room, new_owner
from bench.setup.stack import DATA, Tagloop, running_tagloop
from shared.db.connection.engine import transaction
from shared.db.models.promotion import insert_candidate, lock_live_model, promote
from shared.model.learned.tags import LearnedTags
from shared.model.live.promoting import read_head
from shared.storage.storage import Storage
from tagloop.local.settings import settings_of

WITH_WORDS = 1
BLOB = "heads/without-words.safetensors"
# All processes have seen a promoted version after 0.2 seconds.
SEEN_SECONDS = 1.0
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Turn:
    """One measurement with one version live."""

    images_per_second: float
    worker_cpu_ms: float
    worker_mebibytes: float


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.throughput.words", description=__doc__)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--images", type=int, default=600)
    given = parser.parse_args()
    console = Console(width=110)
    with tempfile.TemporaryDirectory(prefix="tagloop-bench-") as folder:
        work = Path(folder)
        room = Room(work, find_pictures(work), FULL)
        with running_tagloop(room) as stack:
            versions = {
                "with": WITH_WORDS,
                "without": insert_version_without_words(stack, work / DATA),
            }
            turns: dict[str, list[Turn]] = {name: [] for name in versions}
            for number in range(given.rounds):
                for name in sorted(versions, reverse=number % 2 == 1):
                    turn = measure(stack, room, versions[name], given.images)
                    turns[name].append(turn)
                    console.print(f"  {name}: {turn.images_per_second:.1f} images/s")
    console.print(table_of(turns))


def insert_version_without_words(stack: Tagloop, data: Path) -> int:
    """Insert a version that is the live one but for the everyday words; return its number."""
    storage = Storage(settings_of(data).storage_url)
    with transaction(stack.engine) as connection:
        live = lock_live_model(connection)
        assert live is not None, "a stack that has tagged its first pictures has a model"
        head = read_head(storage, live)
        bare = replace(head, pretrained=LearnedTags.nothing(len(head.weight)))
        storage.put(BLOB, bare.to_bytes())
        reason = "Without the everyday words."
        return insert_candidate(connection, live, BLOB, reason, {}, rejected=False)


def measure(stack: Tagloop, room: Room, version: int, images: int) -> Turn:
    """Upload pictures while a version is live, until the last one is tagged."""
    with transaction(stack.engine) as connection:
        promote(connection, version)
    time.sleep(SEEN_SECONDS)
    owner = new_owner()
    before = cpu_seconds()["worker"]
    sent = stack.send(room.pictures, owner, images)
    tagged_at = stack.wait_until_tagged(owner, images)
    used = cpu_seconds()["worker"] - before
    memory = find_process("worker").memory_info().rss / MEBIBYTE
    return Turn(images / (tagged_at - sent.started), 1000 * used / images, memory)


def table_of(turns: dict[str, list[Turn]]) -> Table:
    """Return the medians, and the median of the ratios within each round, as a table."""
    table = Table("everyday words", "images/s", "worker, CPU ms an image")
    table.title = f"what the everyday words cost; {processor()}"
    for name, measured in turns.items():
        table.add_row(
            name,
            f"{median(turn.images_per_second for turn in measured):.1f}",
            f"{median(turn.worker_cpu_ms for turn in measured):.2f}",
        )
    pairs = list(zip(turns["with"], turns["without"], strict=True))
    speed = median(a.images_per_second / b.images_per_second for a, b in pairs)
    cpu = median(a.worker_cpu_ms / b.worker_cpu_ms for a, b in pairs)
    table.add_row("ratio within a round", f"{speed:.3f}", f"{cpu:.3f}")
    # One process measures both, so that its memory is not that of either.
    largest = max(turn.worker_mebibytes for measured in turns.values() for turn in measured)
    table.caption = f"worker: at most {largest:.0f} MiB"
    return table


if __name__ == "__main__":
    main()
