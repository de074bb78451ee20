"""Read pictures with the areas of COCO's panoptic categories as labels of everyday words."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tagloop.client.errors import LabelsUnusable
from tagloop.client.names import printable
from tagloop.words.labelled import LabelledPicture

SCENES_FILE = "scenes.json"
SCENES_FOLDER = "scenes"
TABLE = Path(__file__).with_name("scenes.toml")
# Areas up to this share may be a mistake if another category rules the word out.
NEGLIGIBLE = 0.03


@dataclass(frozen=True)
class _Rule:
    """When a word applies; `scenes.toml` explains the fields."""

    present: tuple[str, ...]
    min_area: float
    unknown: tuple[str, ...]
    not_with: tuple[str, ...]

    def judge(self, areas: Mapping[str, float]) -> bool | None:
        """Return whether the word applies; None if unknown."""
        area = sum(areas.get(category, 0.0) for category in self.present)
        against = sum(areas.get(category, 0.0) for category in self.not_with)
        if area >= self.min_area and area > 0:
            return True if against <= NEGLIGIBLE else None
        if area > 0 or any(areas.get(category, 0.0) > 0 for category in self.unknown):
            return None
        return False


def read_scenes(folder: Path) -> tuple[list[LabelledPicture], dict[str, Counter[str]]]:
    """Return the labelled scenes of a folder, and the number of pictures by licence.

    Raises:
        LabelsUnusable: scenes.json is invalid.
    """
    file = folder / SCENES_FILE
    if not file.exists():
        return [], {}
    rules = _read_rules()
    try:
        scenes = json.loads(file.read_text(encoding="utf-8"))
        pictures = [
            _label(folder, name, {str(k): float(v) for k, v in scene["areas"].items()}, rules)
            for name, scene in sorted(scenes.items())
        ]
        licences = Counter(str(scene.get("licence", "unknown")) for scene in scenes.values())
    except OSError as error:
        raise LabelsUnusable(f"{printable(str(file))}: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LabelsUnusable(
            f"{printable(str(file))} does not have areas by category for every picture: {error!r}."
        ) from error
    return pictures, {SCENES_FOLDER: licences}


def _label(
    folder: Path, name: str, areas: Mapping[str, float], rules: Mapping[str, _Rule]
) -> LabelledPicture:
    judged = {word: rule.judge(areas) for word, rule in rules.items()}
    path = f"{SCENES_FOLDER}/{name}"
    return LabelledPicture(
        str(folder / path),
        path,
        SCENES_FOLDER,
        frozenset(word for word, applies in judged.items() if applies),
        frozenset(word for word, applies in judged.items() if applies is False),
    )


def _read_rules() -> dict[str, _Rule]:
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {
        word: _Rule(
            tuple(entry.get("present", ())),
            float(entry.get("from", 0)),
            tuple(entry.get("unknown", ())),
            tuple(entry.get("not_with", ())),
        )
        for word, entry in table.items()
    }
