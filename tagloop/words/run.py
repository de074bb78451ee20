"""`tagloop learn-words`: read labels, compute embeddings, learn, each in its own process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from shared.errors import TagloopError
from tagloop.client.errors import LabelsUnusable
from tagloop.client.names import printable
from tagloop.local.supervisor.child import PROJECT_ROOT
from tagloop.words.labelled import LabelledFolder
from tagloop.words.reading import read_labelled_folder

EMBED_MODULE = "services.worker.backbone.embed_files"
LEARN_MODULE = "services.trainer.words"


class LearningFailed(TagloopError):
    """The words could not be learned."""


def learn_words(
    folder: Path, out: Path, sources: Path | None, leave_out: Iterable[str]
) -> dict[str, Any]:
    """Learn the words of a folder; write OUT.safetensors and OUT.json; return the latter.

    sources: a TOML file with a table of source and licence for each set of pictures.

    Raises:
        LabelsUnusable: the folder or the file of sources is invalid.
        LearningFailed: the network cannot be loaded, or the result cannot be written.
    """
    # The processes below run in another folder.
    labelled = read_labelled_folder(folder.absolute())
    document = {
        "words": labelled.words,
        "leave_out": sorted(leave_out),
        "sets": _sets(labelled, sources),
        "pictures": [picture.to_dict() for picture in labelled.pictures],
    }
    with tempfile.TemporaryDirectory() as temporary:
        labels, paths = Path(temporary, "labels.json"), Path(temporary, "paths.json")
        embeddings = Path(temporary, "embeddings.safetensors")
        labels.write_text(json.dumps(document), encoding="utf-8")
        paths.write_text(json.dumps([picture.file for picture in labelled.pictures]))
        _run(EMBED_MODULE, paths, embeddings)
        _run(LEARN_MODULE, labels, embeddings, out.absolute())
    provenance: dict[str, Any] = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    return provenance


def _sets(labelled: LabelledFolder, sources: Path | None) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    if sources is not None:
        try:
            found = tomllib.loads(sources.read_text(encoding="utf-8"))
        except OSError as error:
            raise LabelsUnusable(f"{printable(str(sources))}: {error.strerror}.") from error
        except ValueError as error:
            raise LabelsUnusable(f"{printable(str(sources))} is not TOML: {error}.") from error
    for name, licences in labelled.licences.items():
        found.setdefault(name, {})["licences"] = dict(sorted(licences.items()))
    return found


def _run(module: str, *arguments: Path) -> None:
    """Run one of Tagloop's modules; raise its error."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    # One thread, so that sums are computed in one order and the result is reproducible.
    environment: Mapping[str, str] = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(PROJECT_ROOT), *filter(None, sys.path)]),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env=environment, cwd=PROJECT_ROOT
    ) as process:
        assert process.stderr is not None
        last = ""
        for line in process.stderr:
            last = line.strip() or last
            print(line, end="", file=sys.stderr)
    if process.returncode != 0:
        raise LearningFailed(f"Learning stopped: {last}")
