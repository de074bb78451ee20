"""Image Analysis 4.0: the feature `tags`."""

from typing import Any

from flask import request

from services.compat.dialects.azure.asking import asked_names, refuse_language, refuse_others
from services.compat.dialects.azure.tags import describe_size, describe_tags
from services.compat.pictures.tagging import PictureOutcome, tagging_one
from services.compat.requests.picture_body import read_picture

TAGS = "tags"


def analyze_image() -> tuple[dict[str, Any], PictureOutcome]:
    """Answer `imageanalysis:analyze` with tags.

    Raises:
        AzureError: other features are wanted; empty answers would say that nothing was found.
        TagloopError: the picture is refused.
    """
    refuse_language(request)
    refuse_others(asked_names(request, "features"), {TAGS}, TAGS)
    with tagging_one(read_picture()) as outcome:
        document = {
            "modelVersion": str(outcome.image["model_version"]),
            "metadata": describe_size(outcome.image),
            "tagsResult": {"values": describe_tags(outcome)},
        }
        return document, outcome
