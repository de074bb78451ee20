"""Labelled pictures, and a running stack to teach with them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from bench.setup.errors import BenchError
from shared.db.connection.engine import transaction
from shared.db.models.stored_embeddings import read_embeddings_of
from shared.storage.image_ids import parse_image_id
from tagloop.client.client import Client
from tagloop.client.documents import FAILED, TAGGED, Receipt
from tagloop.client.multipart import open_file
from tagloop.client.teaching_documents import RunStatus, Verdicts

LOOK_SECONDS = 0.05
MAX_SECONDS = 300.0
FILES_PER_REQUEST = 50
QUESTIONS_AT_ONCE = 4


@dataclass(frozen=True)
class Picture:
    """A file and its label."""

    path: Path
    label: str


def read_labelled(folder: Path) -> list[Picture]:
    """Return the files of a folder that has a folder for each label, sorted by name."""
    pictures = [
        Picture(path, label.name)
        for label in sorted(folder.iterdir())
        if label.is_dir()
        for path in sorted(label.iterdir())
    ]
    if not pictures:
        raise BenchError(f"{folder} has no folders of pictures, one for each label.")
    return pictures


def draw(pictures: Sequence[Picture], per_label: int, seed: int) -> list[Picture]:
    """Return a number of random pictures of each label."""
    rng = np.random.default_rng(seed)
    chosen: list[Picture] = []
    for label in sorted({picture.label for picture in pictures}):
        of_label = [picture for picture in pictures if picture.label == label]
        order = rng.permutation(len(of_label))[:per_label]
        chosen += [of_label[position] for position in sorted(order)]
    return chosen


@dataclass(frozen=True)
class Pupil:
    """A running stack."""

    client: Client
    engine: Engine

    def upload(self, pictures: Sequence[Picture]) -> list[str]:
        """Upload pictures and wait until they are tagged; return their ids, in order."""
        ids: list[str] = []
        for at in range(0, len(pictures), FILES_PER_REQUEST):
            part = pictures[at : at + FILES_PER_REQUEST]
            with ExitStack() as closing:
                files = [open_file(str(picture.path)) for picture in part]
                for file in files:
                    closing.enter_context(file.handle)
                receipts = self.client.upload(files)
            for receipt in receipts:
                if not isinstance(receipt, Receipt):
                    raise BenchError(f"A picture was refused: {receipt.reason}")
                ids.append(receipt.id)
        self._wait_until_tagged(ids)
        return ids

    def teach(self, ids: Sequence[str], labels: Sequence[str], *, user: str = "") -> None:
        """Add to each image its label as a tag."""
        self.correct(
            [Verdicts(i, add=(label,)) for i, label in zip(ids, labels, strict=True)], user
        )

    def correct(self, verdicts: Sequence[Verdicts], user: str = "") -> None:
        """Send corrections."""
        problems = [p for p in self.client.correct_many(verdicts, user=user) if p]
        if problems:
            raise BenchError(f"A correction was refused: {problems[0]}")

    def retrain(self) -> tuple[RunStatus, float]:
        """Run a fine-tune; return the finished run, and its duration in seconds."""
        started = time.monotonic()
        run = self.client.retrain()
        while not run.is_over:
            if time.monotonic() - started > MAX_SECONDS:
                raise BenchError(f"The run was not over after {MAX_SECONDS:.0f} s.")
            time.sleep(LOOK_SECONDS)
            run = self.client.run(run.id)
        return run, time.monotonic() - started

    def confidences(self, ids: Sequence[str], labels: Sequence[str]) -> NDArray[np.float64]:
        """Return the live version's confidence for each label on each image, (images, labels)."""
        names = ",".join(labels)

        def ask(image_id: str) -> list[float]:
            answer = self.client.call("GET", f"/v1/images/{image_id}", {"tags": names})
            return [tag["confidence"] for tag in answer["tags"]]

        with ThreadPoolExecutor(QUESTIONS_AT_ONCE) as threads:
            return np.array(list(threads.map(ask, ids)))

    def embeddings(self, ids: Sequence[str]) -> NDArray[np.float32]:
        """Return the images' embeddings, (images, dimensions)."""
        wanted = [parse_image_id(image_id) for image_id in ids]
        with transaction(self.engine) as connection:
            found, embeddings = read_embeddings_of(connection, wanted, backbone_id=1)
        position = {image_id: row for row, image_id in enumerate(found)}
        return embeddings[[position[image_id] for image_id in wanted]].astype(np.float32)

    def _wait_until_tagged(self, ids: Sequence[str]) -> None:
        deadline = time.monotonic() + MAX_SECONDS
        for at in range(0, len(ids), FILES_PER_REQUEST):
            part = ids[at : at + FILES_PER_REQUEST]
            while True:
                statuses = self.client.statuses(part)
                if failed := [status for status in statuses if status.status == FAILED]:
                    raise BenchError(f"A picture was not tagged: {failed[0].error}")
                if all(status.status == TAGGED for status in statuses):
                    break
                if time.monotonic() > deadline:
                    raise BenchError(f"Not tagged after {MAX_SECONDS:.0f} s.")
                time.sleep(LOOK_SECONDS)
