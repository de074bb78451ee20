"""Tagloop as a whole: single uploads over HTTP, and `tagloop add` of a folder."""

import resource
import subprocess
import sys
import time
from collections import Counter

from bench.setup.errors import BenchError
from bench.setup.pictures import ROOT, Pictures
from bench.setup.processes import cpu_seconds
from bench.setup.room import Room, new_owner
from bench.setup.stack import running_tagloop
from bench.throughput.rows.throughput import Contestant, Measurement

GENERATOR = "load generator"
ADD_COMMAND = "tagloop add"


def cpu_ms(before: Counter[str], after: Counter[str], images: int) -> dict[str, float]:
    """Return the CPU time between two readings, in milliseconds per image, by process."""
    return {role: 1000 * (after[role] - before[role]) / images for role in after}


def measure_uploads(room: Room, pictures: Pictures, images: int) -> Measurement:
    """Measure from the first upload until the last image is tagged in Postgres."""
    with running_tagloop(room) as stack:
        owner = new_owner()
        before = cpu_seconds()
        sent = stack.send(pictures, owner, images)
        tagged_at = stack.wait_until_tagged(owner, images)
        used = cpu_ms(before, cpu_seconds(), images)
    used[GENERATOR] = 1000 * sent.cpu_seconds / images
    return Measurement(images / (tagged_at - sent.started), used)


def measure_add(room: Room, pictures: Pictures, images: int) -> Measurement:
    """Measure the whole command, including its start and end."""
    folder = room.distinct_folder(pictures, images)
    with running_tagloop(room) as stack:
        command = [
            *(sys.executable, "-m", "tagloop.cli", "add", "--server", stack.address),
            *("--owner", new_owner(), str(folder)),
        ]
        before, ended_before, started = cpu_seconds(), cpu_of_ended(), time.monotonic()
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        _, errors = process.communicate()
        seconds, after = time.monotonic() - started, cpu_seconds()
        command_cpu = cpu_of_ended() - ended_before
    if process.returncode != 0:
        raise BenchError(f"tagloop add ended with exit status {process.returncode}: {errors}")
    used = cpu_ms(before, after, images)
    used[ADD_COMMAND] = 1000 * command_cpu / images
    return Measurement(images / seconds, used)


def cpu_of_ended() -> float:
    """Return the CPU time of all ended child processes, in seconds."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


UPLOADS = Contestant("uploads", "Tagloop T: single uploads to tags", 2000, measure_uploads)
ADD = Contestant("add", "Tagloop B: tagloop add", 5000, measure_add)
LARGE_UPLOADS = Contestant("uploads", UPLOADS.label, 300, measure_uploads)
LARGE_ADD = Contestant("add", ADD.label, 300, measure_add)
