"""Describe the machine of a run."""

import os
import platform
import re
from importlib.metadata import version

import psutil

from bench.setup.room import Room
from services.worker.backbone.precision.processor import (
    describe_processor,
    instruction_sets,
    processor_name,
)

GIBIBYTE = 1024**3
TRADEMARKS = re.compile(r"\((?:R|TM)\)")
PACKAGES = ("torch", "openvino", "litserve", "celery")


def describe(room: Room) -> dict[str, str]:
    """Return facts about the machine, by name."""
    packages = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    pictures = room.pictures
    return {
        "processor": f"{describe_processor()}, {os.cpu_count()} cores",
        "memory": f"{psutil.virtual_memory().total / GIBIBYTE:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "packages": packages,
        "pictures": f"{len(pictures.paths)} {pictures.source}, "
        f"{pictures.mean_bytes / 1000:.0f} KB on average",
        "rounds": str(room.scale.rounds),
    }


def processor() -> str:
    """Return the name of the processor."""
    return processor_name()


def kind_of_machine() -> str:
    """Return the name of the folder for results of machines like this one."""
    newest = instruction_sets()[:1]
    words = " ".join((TRADEMARKS.sub("", processor_name()), *newest, f"{os.cpu_count()} cores"))
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
