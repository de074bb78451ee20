"""DetectModerationLabels, answered only where the words file names tags that can answer it.

Callers read an empty list as "safe", so it is never returned without a check.
"""

from typing import Any

from services.compat.dialects.rekognition.documents import DetectModerationLabels
from services.compat.dialects.rekognition.errors import AwsError
from services.compat.dialects.rekognition.labels import DIGITS, PERCENT
from services.compat.dialects.rekognition.picture import read_picture
from services.compat.pictures.tagging import PictureOutcome, tagging_one
from services.compat.pictures.words import VARIABLE, current_words
from shared.auth.authentication import caller_access
from shared.web.context import context


def detect_moderation_labels(
    request: DetectModerationLabels,
) -> tuple[dict[str, Any], PictureOutcome]:
    """Answer DetectModerationLabels; each label comes with its wider ones."""
    names = current_words().moderation
    _refuse_unable(names.keys())
    content = read_picture(request.Image)
    with tagging_one(content) as outcome:
        found: dict[str, dict[str, Any]] = {}
        for tag in outcome.shown:
            percent = round(tag.confidence * PERCENT, DIGITS)
            if percent >= request.MinConfidence:
                _add(found, names.get(tag.slug, names.get(tag.name.casefold(), ())), percent)
        document = {
            "ModerationLabels": sorted(found.values(), key=lambda one: -one["Confidence"]),
            "ModerationModelVersion": str(outcome.image["model_version"]),
            "ContentTypes": [],
        }
        return document, outcome


def _add(found: dict[str, dict[str, Any]], names: tuple[str, ...], percent: float) -> None:
    for level, name in enumerate(names, start=1):
        known = found.get(name)
        if known is None or known["Confidence"] < percent:
            found[name] = {
                "Name": name,
                "Confidence": percent,
                "ParentName": names[level - 2] if level > 1 else "",
                "TaxonomyLevel": level,
            }


def _refuse_unable(tags: Any) -> None:
    """Check that the live model can show every tag for moderation.

    Raises:
        AwsError: there is none, or one of them is not learned, or is held back.
    """
    if not tags:
        raise AwsError(
            "AccessDeniedException",
            "This Tagloop has no moderation tags, so it cannot say that a picture is safe. Teach "
            f"tags and name them under [moderation] in the file of {VARIABLE}.",
        )
    scorer = context().live.get().for_owner(caller_access().owner or "")
    held = set(scorer.held_columns.tolist())
    able = {*scorer.learned_columns.tolist(), *scorer.is_known_before.nonzero()[0].tolist()}
    for name in tags:
        tag = scorer.vocabulary.resolve(name)
        column = scorer.vocabulary.index(tag.slug) if tag else None
        if column not in able or column in held:
            raise AwsError(
                "AccessDeniedException",
                f"The moderation tag {name!r} is not learned yet, or is held back, so this Tagloop "
                "cannot say that a picture is safe.",
            )
