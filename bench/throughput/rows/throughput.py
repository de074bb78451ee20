"""Images per second of every contestant, measured in turns: A B C, C B A, A B C…

Noise then affects all alike, and each round compares runs made side by side.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import Console

from bench.results.stats import Figure
from bench.setup.pictures import Pictures
from bench.setup.room import Room


@dataclass(frozen=True)
class Measurement:
    """One measurement.

    cpu_ms: CPU milliseconds per image, by process.
    """

    images_per_second: float
    cpu_ms: dict[str, float]


@dataclass(frozen=True)
class Contestant:
    """Something that tags pictures.

    images: how many it tags in a full run, so that each measurement takes a few seconds.
    """

    key: str
    label: str
    images: int
    measure: Callable[[Room, Pictures, int], Measurement]


def measure_in_turns(
    room: Room,
    pictures: Pictures,
    contestants: Sequence[Contestant],
    *,
    rounds: int,
    prefix: str,
    console: Console,
) -> list[Figure]:
    """Measure every contestant in every round.

    Returns `<prefix>.<key>` in images a second and `<prefix>_cpu.<key>.<process>` in milliseconds.
    """
    samples: dict[str, list[Measurement]] = defaultdict(list)
    for number in range(rounds):
        for contestant in contestants if number % 2 == 0 else reversed(contestants):
            count = room.scale.images(contestant.images)
            sample = contestant.measure(room, pictures, count)
            samples[contestant.key].append(sample)
            console.print(
                f"  round {number + 1} of {rounds}: {contestant.label}: "
                f"{sample.images_per_second:.1f} images/s"
            )
    figures = []
    for contestant in contestants:
        figures += _figures(contestant, samples[contestant.key], prefix)
    return figures


def _figures(contestant: Contestant, samples: list[Measurement], prefix: str) -> list[Figure]:
    rates = tuple(sample.images_per_second for sample in samples)
    figures = [Figure(f"{prefix}.{contestant.key}", contestant.label, "images/s", rates)]
    for process in sorted({process for sample in samples for process in sample.cpu_ms}):
        figures.append(
            Figure(
                f"{prefix}_cpu.{contestant.key}.{process}",
                f"{contestant.label}: {process}",
                "CPU ms/image",
                tuple(sample.cpu_ms.get(process, 0.0) for sample in samples),
            )
        )
    return figures
