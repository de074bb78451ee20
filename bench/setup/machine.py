"""Describe the machine of a run."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psutil

from bench.setup.room import Room

GIBIBYTE = 1024**3
PACKAGES = ("torch", "openvino", "litserve", "celery")


def describe(room: Room) -> dict[str, str]:
    """Return facts about the machine, by name."""
    packages = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    pictures = room.pictures
    return {
        "processor": f"{processor()}, {os.cpu_count()} cores",
        "memory": f"{psutil.virtual_memory().total / GIBIBYTE:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "packages": packages,
        "pictures": f"{len(pictures.paths)} {pictures.source}, "
        f"{pictures.mean_bytes / 1000:.0f} KB on average",
        "rounds": str(room.scale.rounds),
    }


def processor() -> str:
    """Return the name of the processor."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
