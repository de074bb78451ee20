"""`tagloop eval`: upload labelled pictures and judge the tags that come back."""

from collections import Counter
from collections.abc import Mapping, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from tagloop.bulk.events import Outcome
from tagloop.bulk.tally import WRONG
from tagloop.bulk.upload import Upload
from tagloop.client.client import Client
from tagloop.client.errors import LabelsUnusable
from tagloop.client.names import printable
from tagloop.evaluation.labels import Example, read_csv, read_folder
from tagloop.evaluation.metrics import TOP, Judged, TagQuality, measure_tags
from tagloop.evaluation.tag_index import TagIndex

QUESTIONS_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The quality over the pictures that were tagged, and what could not be judged.

    unknown_labels: number of pictures by label. untagged: reason by path.
    """

    quality: TagQuality
    unknown_labels: Mapping[str, int]
    untagged: Mapping[str, str]


def evaluate_pictures(
    client: Client, folder: Path | None, csv: Path | None, owner: str
) -> Evaluation:
    """Upload labelled pictures, wait for their tags and measure them.

    Raises LabelsUnusable when nothing can be measured, and what `Client` raises.
    """
    examples = read_examples(folder, csv)
    client.check()
    index = TagIndex(client.tags())
    meant = {example.path: index.resolve(example.label) for example in examples}
    unknown = Counter(example.label for example in examples if meant[example.path] is None)
    labels = {path: slug for path, slug in meant.items() if slug is not None}
    if not labels:
        names = ", ".join(printable(label) for label in unknown)
        raise LabelsUnusable(f"None of the labels names a tag: {names}.")
    images, untagged = upload(client, owner, list(labels))
    if not images:
        reason = next(iter(untagged.values()))
        raise LabelsUnusable(f"None of the pictures could be tagged: {reason}")
    # An everyday word counts as an answer only where labels are everyday words.
    candidates = index.narrowest - (index.everyday - set(labels.values()))
    with ThreadPoolExecutor(QUESTIONS_AT_ONCE) as pool:
        judged = list(
            pool.map(
                lambda path: judge_picture(client, images[path], labels[path], candidates), images
            )
        )
    quality = measure_tags(judged, cache(index.with_ancestors), index.everyday)
    return Evaluation(quality, unknown, untagged)


def read_examples(folder: Path | None, csv: Path | None) -> list[Example]:
    """Return the labelled pictures of a folder, or of a CSV whose paths may be relative to the
    folder.
    """
    if csv is not None:
        return read_csv(csv, folder or csv.parent)
    if folder is None:
        raise LabelsUnusable("Name a folder with a folder for each label, or --csv FILE.")
    return read_folder(folder)


def upload(client: Client, owner: str, paths: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Send the pictures and wait.

    Return the ids of tagged ones, and by path why others are not tagged.
    """
    images: dict[str, str] = {}
    untagged: dict[str, str] = {}
    run = Upload(client, owner, wait=True, ask_about_known=True)
    with (
        Progress(console=Console(stderr=True)) as progress,
        closing(run.events(lambda skip: paths)) as events,
    ):
        task = progress.add_task("Tagging", total=len(paths))
        for event in events:
            if event.outcome is Outcome.TAGGED:
                images[event.path] = event.image_id
            elif event.outcome in WRONG:
                untagged[event.path] = event.reason
            progress.update(task, completed=len(images) + len(untagged))
    return images, untagged


def judge_picture(client: Client, image_id: str, label: str, candidates: Set[str]) -> Judged:
    """Return one tagged picture with its label, its most likely leaf tags, and its shown tags."""
    everything = client.image(image_id, min_confidence=0).tags
    likeliest = sorted(
        (tag for tag in everything if tag.tag in candidates),
        key=lambda tag: tag.confidence,
        reverse=True,
    )
    shown = client.image(image_id)
    return Judged(
        label,
        tuple(tag.tag for tag in likeliest[:TOP]),
        tuple(tag.tag for tag in shown.tags),
    )
