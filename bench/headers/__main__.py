"""`python -m bench.headers`: the cost of reading hostile and ordinary headers."""

import argparse
import io
import tempfile
import time
from pathlib import Path

from bench.headers.hostile import make_all
from bench.headers.measure import MAX_PIXELS, measure
from bench.setup.machine import processor
from bench.setup.pictures import Pictures, find_pictures
from shared.pictures import probe

AT_ONCE = 3
ROUNDS = 7


def main() -> None:
    """Print the table as Markdown, then the time for an ordinary photograph."""
    argparse.ArgumentParser(prog="python -m bench.headers", description=__doc__).parse_args()
    print(f"Processor: {processor()}\n")
    print(f"| header | file | CPU time | memory | {AT_ONCE} at once | answer |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, content in make_all():
        alone, crowd = measure(content), measure(content, AT_ONCE)
        print(
            f"| {name} | {len(content) / 1e6:.1f} MB | {alone.milliseconds:.1f} ms "
            f"| {alone.mebibytes:.1f} MB | {crowd.milliseconds:.1f} ms | {alone.answer} |",
            flush=True,
        )
    with tempfile.TemporaryDirectory() as folder:
        pictures = find_pictures(Path(folder))
        print(f"\n{pictures.source}: {_ordinary(pictures):.0f} µs each")


def _ordinary(pictures: Pictures) -> float:
    """Return the time to read an ordinary photograph's header, in microseconds: the best of several
    rounds.
    """
    files = [io.BytesIO(path.read_bytes()) for path in pictures.paths]
    rounds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for file in files:
            probe(file, MAX_PIXELS)
        rounds.append(time.perf_counter() - started)
    return min(rounds) / len(files) * 1e6


if __name__ == "__main__":
    main()
