"""Computer Vision 3.2: `tag`, and the tags of `analyze`."""

from typing import Any
from uuid import uuid4

from flask import request

from services.compat.dialects.azure.asking import (
    asked_names,
    refuse_details,
    refuse_language,
    refuse_others,
)
from services.compat.dialects.azure.tags import describe_size, describe_tags
from services.compat.pictures.tagging import PictureOutcome, tagging_one
from services.compat.requests.picture_body import read_picture

TAGS = "tags"
DESCRIPTION = "description"


def tag_image() -> tuple[dict[str, Any], PictureOutcome]:
    """Answer `tag`.

    Raises:
        TagloopError: the request or the picture is refused.
    """
    refuse_language(request)
    with tagging_one(read_picture()) as outcome:
        return {TAGS: describe_tags(outcome), **_about(outcome)}, outcome


def analyze_image() -> tuple[dict[str, Any], PictureOutcome]:
    """Answer `analyze`. A description has tags and no captions: Tagloop writes no sentences.

    Raises:
        AzureError: other features are wanted; empty answers would say that nothing was found.
        TagloopError: the picture is refused.
    """
    refuse_language(request)
    wanted = asked_names(request, "visualFeatures")
    refuse_others(wanted, {TAGS, DESCRIPTION}, "Tags,Description")
    refuse_details(request)
    with tagging_one(read_picture()) as outcome:
        tags = describe_tags(outcome)
        document: dict[str, Any] = {TAGS: tags} if TAGS in wanted else {}
        if DESCRIPTION in wanted:
            document[DESCRIPTION] = {"tags": [tag["name"] for tag in tags], "captions": []}
        return {**document, **_about(outcome)}, outcome


def _about(outcome: PictureOutcome) -> dict[str, Any]:
    return {
        "requestId": str(uuid4()),
        "metadata": {
            **describe_size(outcome.image),
            "format": str(outcome.image["format"]).capitalize(),
        },
        "modelVersion": str(outcome.image["model_version"]),
    }
