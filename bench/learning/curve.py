"""Lessons: what is taught to a fresh stack, and what it knows afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.learning.baseline import mean_average_precision, multinomial, one_vs_rest
from bench.learning.labelled import Picture, Pupil, draw
from bench.setup.processes import running_program, wait_until
from bench.setup.room import HOST, free_port
from bench.setup.stack import up_command
from shared.db.connection.engine import connect_engine
from tagloop.client.client import Client
from tagloop.client.teaching_documents import Verdicts
from tagloop.evaluation.run import evaluate_pictures
from tagloop.local.datadir import open_data_dir
from tagloop.local.environment import database_url
from tagloop.local.readiness import is_ready

NIGHT_EXAMPLES = 20


@dataclass(frozen=True)
class Material:
    """Labelled pictures to teach with and to test with, and others that must not be forgotten.

    others: a folder with a labels.csv, as `tagloop eval` takes it; None: none.
    """

    train: list[Picture]
    test: list[Picture]
    others: Path | None

    @property
    def labels(self) -> list[str]:
        """Every label, in the order of the baselines' classes."""
        return sorted({picture.label for picture in self.train})


@dataclass(frozen=True)
class LearningPoint:
    """Mean average precision on pictures that nobody corrected, and the gate's word."""

    per_label: int
    tagloop: float
    one_vs_rest: float
    multinomial: float
    gate: str
    seconds: float
    top1_before: float | None
    top1_after: float | None


@dataclass(frozen=True)
class Night:
    """What the gate did after a night's corrections, and the quality of what is live then."""

    name: str
    gate: str
    reason: str
    live: float


@contextmanager
def fresh_pupil(folder: Path) -> Iterator[Pupil]:
    """Yield a stack that was never taught anything."""
    port = free_port()
    folder.mkdir(parents=True)
    log = folder / "up.log"
    with running_program(up_command(port, folder / "data"), log) as process:
        wait_until(lambda: is_ready(HOST, port), "Tagloop", process, log)
        engine = connect_engine(database_url(open_data_dir(folder / "data")), pool_size=1)
        try:
            yield Pupil(Client(f"http://{HOST}:{port}", connections=4), engine)
        finally:
            engine.dispose()


def teach(material: Material, per_label: int, seed: int, folder: Path) -> LearningPoint:
    """Teach so many examples of each label; test on pictures that come afterwards.

    A candidate that the gate rejects is put live by hand, to see what it would have been worth.
    """
    examples = draw(material.train, per_label, seed)
    labels = [picture.label for picture in examples]
    with fresh_pupil(folder) as pupil:
        before = _top1(pupil, material.others)
        ids = pupil.upload(examples)
        pupil.teach(ids, labels)
        run, seconds = pupil.retrain()
        if run.status == "rejected" and run.version is not None:
            pupil.client.promote(run.version)
        asked = pupil.upload(material.test)
        truth = [picture.label for picture in material.test]
        taught, tested = pupil.embeddings(ids), pupil.embeddings(asked)

        def score(of: object) -> float:
            return mean_average_precision(of, truth, material.labels)  # type: ignore[arg-type]

        return LearningPoint(
            per_label,
            score(pupil.confidences(asked, material.labels)),
            score(one_vs_rest(taught, labels, tested)),
            score(multinomial(taught, labels, tested)),
            run.status,
            seconds,
            before,
            _top1(pupil, material.others),
        )


def nights(material: Material, folder: Path) -> Iterator[Night]:
    """Yield a good night, one on which everything is relabelled wrongly, and another good one."""
    labels = material.labels
    first = draw(material.train, NIGHT_EXAMPLES, seed=0)
    rest = [picture for picture in material.train if picture not in first]
    with fresh_pupil(folder) as pupil:
        asked = pupil.upload(material.test)
        truth = [picture.label for picture in material.test]

        def end(name: str) -> Night:
            run, _ = pupil.retrain()
            quality = mean_average_precision(pupil.confidences(asked, labels), truth, labels)
            return Night(name, run.status, run.reason, quality)

        ids = pupil.upload(first)
        pupil.teach(ids, [picture.label for picture in first], user="ann")
        yield end(f"good: {NIGHT_EXAMPLES} examples of each label")
        pupil.correct(_contradict(ids, first, labels), user="mallory")
        yield end("bad: somebody relabels all of them wrongly")
        pupil.teach(pupil.upload(rest), [picture.label for picture in rest], user="ben")
        yield end("good: the other examples, the bad ones still there")


def _contradict(
    ids: Sequence[str], pictures: Sequence[Picture], labels: Sequence[str]
) -> list[Verdicts]:
    """Return every right label removed, and the next one added."""
    return [
        Verdicts(
            image_id,
            add=(labels[(labels.index(picture.label) + 1) % len(labels)],),
            remove=(picture.label,),
        )
        for image_id, picture in zip(ids, pictures, strict=True)
    ]


def _top1(pupil: Pupil, others: Path | None) -> float | None:
    """Share of other pictures whose label is the most confident leaf; uploaded the first time."""
    if others is None:
        return None
    return evaluate_pictures(pupil.client, others, others / "labels.csv", "others").quality.top1
