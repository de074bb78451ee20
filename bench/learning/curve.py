"""Teach a new stack, and test what it has learned."""

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
class CurveMaterial:
    """Labelled pictures for teaching and testing, and others that must not be forgotten.

    others: a folder with a labels.csv, as for `tagloop eval`; None: none.
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
    """Mean average precision on uncorrected pictures, and the gate's decision."""

    per_label: int
    tagloop: float
    one_vs_rest: float
    multinomial: float
    gate: str
    seconds: float
    top1_before: float | None
    top1_after: float | None


@dataclass(frozen=True)
class NightResult:
    """The gate's decision after a night's corrections, and the quality of the live version."""

    name: str
    gate: str
    reason: str
    live: float


@contextmanager
def fresh_pupil(folder: Path) -> Iterator[Pupil]:
    """Yield a stack that has learned nothing."""
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


def teach(material: CurveMaterial, per_label: int, seed: int, folder: Path) -> LearningPoint:
    """Teach a number of examples per label; test on pictures uploaded afterwards.

    A candidate that the gate rejects is promoted by hand, to measure its quality.
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


def nights(material: CurveMaterial, folder: Path) -> Iterator[NightResult]:
    """Yield a good night, one on which everything is relabelled wrongly, and another good one."""
    labels = material.labels
    first = draw(material.train, NIGHT_EXAMPLES, seed=0)
    rest = [picture for picture in material.train if picture not in first]
    with fresh_pupil(folder) as pupil:
        asked = pupil.upload(material.test)
        truth = [picture.label for picture in material.test]

        def end(name: str) -> NightResult:
            run, _ = pupil.retrain()
            quality = mean_average_precision(pupil.confidences(asked, labels), truth, labels)
            return NightResult(name, run.status, run.reason, quality)

        ids = pupil.upload(first)
        pupil.teach(ids, [picture.label for picture in first], user="ann")
        yield end(f"good: {NIGHT_EXAMPLES} examples of each label")
        pupil.correct(_contradict(ids, first, labels), user="mallory")
        yield end("bad: one user relabels all of them wrongly")
        pupil.teach(pupil.upload(rest), [picture.label for picture in rest], user="ben")
        yield end("good: the other examples, the bad ones still there")


def _contradict(
    ids: Sequence[str], pictures: Sequence[Picture], labels: Sequence[str]
) -> list[Verdicts]:
    """Remove every right label and add the next one instead."""
    return [
        Verdicts(
            image_id,
            add=(labels[(labels.index(picture.label) + 1) % len(labels)],),
            remove=(picture.label,),
        )
        for image_id, picture in zip(ids, pictures, strict=True)
    ]


def _top1(pupil: Pupil, others: Path | None) -> float | None:
    """Return the share of other pictures whose label is the top leaf tag.

    Uploads them the first time.
    """
    if others is None:
        return None
    return evaluate_pictures(pupil.client, others, others / "labels.csv", "others").quality.top1
