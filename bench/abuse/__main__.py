"""`python -m bench.abuse [ADDRESS]`: times of ordinary requests while clients misbehave.

Without an address, it starts a Tagloop on a temporary folder.
"""

import argparse
import os
import struct
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import urllib3
from rich.console import Console
from rich.table import Table

from bench.abuse.crowds import (
    ClientBehaviour,
    crowd,
    slow_body,
    slow_chunks,
    slow_large_body,
    slow_reader,
    unfinished_head,
)
from bench.abuse.probing import Times, probe
from bench.abuse.waiters import WAIT_SECONDS, waiters
from bench.setup.machine import processor
from bench.setup.processes import running_program, wait_until
from bench.setup.room import HOST, free_port
from bench.setup.stack import up_command
from tagloop.local.readiness import is_ready

WAITERS = 100
# Size in pixels of a noise BMP: 49 MB, nearly the largest accepted file.
WIDTH, HEIGHT = 4096, 4000
BMP_HEADER = "<2sIHHIIiiHHIIiiII"
SETTINGS = {"TAGLOOP_FETCH_ALLOWED_HOSTS": f'["{HOST}"]', "TAGLOOP_FETCH_SECONDS": "60"}


def main() -> None:
    """Measure every kind of crowd and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.abuse", description=__doc__)
    parser.add_argument("address", nargs="?", help="of a running Tagloop or its proxy")
    parser.add_argument("--key", default="", help="a key for ingest and read, where one is needed")
    parser.add_argument("--connections", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=30.0, help="for each kind")
    given = parser.parse_args()
    with ExitStack() as stack:
        address = given.address or stack.enter_context(_own_tagloop())
        is_own = given.address is None
        table = measure(address, given.key, given.connections, given.seconds, is_own=is_own)
        Console(width=110).print(table)


@contextmanager
def _own_tagloop() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(SETTINGS)
        log, port = Path(folder) / "log", free_port()
        with running_program(up_command(port, Path(folder) / "data"), log) as process:
            wait_until(lambda: is_ready(HOST, port), "Tagloop", process, log)
            yield f"http://{HOST}:{port}"


def measure(address: str, key: str, connections: int, seconds: float, *, is_own: bool) -> Table:
    """Return a row for each kind of crowd and each path requested meanwhile."""
    table = Table("meanwhile", "asked for", "median s", "longest s", "failed", "ended")
    table.title = f"{connections} connections, {seconds:.0f} s each; {processor()}"
    path = _upload(address, key)
    behaviours: dict[str, list[ClientBehaviour]] = {
        "nothing": [],
        "unfinished heads": [unfinished_head()],
        "slow bodies": [slow_body()],
        "slow chunks": [slow_chunks()],
        "large uploads that stop": [slow_large_body()],
        "slow readers": [slow_reader(path, key)],
        "all of these": [
            unfinished_head(),
            slow_body(),
            slow_chunks(),
            slow_large_body(),
            slow_reader(path, key),
        ],
    }
    for name, kinds in behaviours.items():
        with crowd(address, kinds, connections if kinds else 0) as count_ended:
            times = probe(address, seconds, key)
            ended = count_ended()
        _add_rows(table, name, times, str(ended))
    # Only a Tagloop started here may fetch from this machine.
    if is_own:
        with waiters(address, WAITERS):
            times = probe(address, seconds)
        _add_rows(table, f"{WAITERS} uploads by URL with wait={WAIT_SECONDS}", times, "")
    return table


def _add_rows(table: Table, name: str, times: Sequence[Times], ended: str) -> None:
    for row in times:
        seconds = (f"{row.median:.3f}", f"{row.longest:.3f}")
        table.add_row(name, row.path, *seconds, str(row.failed), ended)


def _upload(address: str, key: str) -> str:
    """Upload a large file; return its path."""
    headers = {"Content-Type": "image/bmp"} | ({"Authorization": f"Bearer {key}"} if key else {})
    answer = urllib3.request("POST", f"{address}/v1/images", body=_noise(), headers=headers)
    return f"{answer.json()['url']}/file"


def _noise() -> bytes:
    pixels = os.urandom(WIDTH * HEIGHT * 3)
    offset = struct.calcsize(BMP_HEADER)
    size = offset + len(pixels)
    sizes = (WIDTH, HEIGHT, 1, 24, 0, len(pixels), 0, 0, 0, 0)
    return struct.pack(BMP_HEADER, b"BM", size, 0, 0, offset, 40, *sizes) + pixels


if __name__ == "__main__":
    main()
