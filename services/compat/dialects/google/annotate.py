"""Annotate pictures: labels and colours."""

from typing import Any

from services.compat.dialects.google.documents import (
    MAX_RESULTS,
    AnnotateImage,
    BatchAnnotateImages,
    Feature,
    ImageOfRequest,
)
from services.compat.dialects.google.errors import Code, describe_refusal, status
from services.compat.pictures.colours import look_of
from services.compat.pictures.labels import Label, capitalise_first, surest
from services.compat.pictures.tagging import Picture, PictureOutcome, PictureUrl, tagging
from services.compat.requests.json_body import decode_base64
from shared.errors import BadRequest, Forbidden, PictureError, TagloopError

Document = dict[str, Any]

NEEDS_TAGS = (Feature.LABEL_DETECTION, Feature.IMAGE_PROPERTIES)
# "Unknown" is what Google answers when it cannot tell; "very unlikely" would say that it looked.
UNKNOWN_SAFETY = dict.fromkeys(("adult", "spoof", "medical", "violence", "racy"), "UNKNOWN")
DIGITS = 6


def annotate(batch: BatchAnnotateImages) -> tuple[list[Document], list[PictureOutcome]]:
    """Return one answer for each picture, in order, and the outcomes of those that were tagged."""
    tagged = [one for one in batch.requests if _wants(one, *NEEDS_TAGS)]
    with tagging([_picture(one.image) for one in tagged]) as outcomes:
        rest = iter(outcomes)
        answers = [
            _answer(one, next(rest)) if _wants(one, *NEEDS_TAGS) else _answer_untagged(one)
            for one in batch.requests
        ]
    return answers, outcomes


def _wants(asked: AnnotateImage, *features: Feature) -> bool:
    return any(feature.type in features for feature in asked.features)


def _limit(asked: AnnotateImage, feature: Feature) -> int:
    found = [one.max_results for one in asked.features if one.type == feature]
    return found[0] or MAX_RESULTS


def _picture(image: ImageOfRequest) -> Picture:
    try:
        if image.content is not None and image.content != "":
            return decode_base64(image.content)
    except BadRequest as error:
        return error
    # The newer member outweighs the older one.
    url = image.source.image_uri or image.source.gcs_image_uri
    if not url:
        return BadRequest("The request has no image: send image.content or image.source.imageUri.")
    if url.startswith("gs://"):
        return Forbidden("Cloud Storage is not read.")
    return PictureUrl(url)


def _answer(asked: AnnotateImage, outcome: PictureOutcome) -> Document:
    if outcome.error is not None:
        return {"error": describe_refusal(outcome.error)}
    answer: Document = {}
    if _wants(asked, Feature.LABEL_DETECTION):
        labels = surest(outcome.labels, _limit(asked, Feature.LABEL_DETECTION))
        if labels:
            answer["labelAnnotations"] = [_describe(label) for label in labels]
    if _wants(asked, Feature.IMAGE_PROPERTIES):
        try:
            answer["imagePropertiesAnnotation"] = _colours(asked, outcome)
        except PictureError as error:
            return {**answer, "error": describe_refusal(error)}
    return answer | _safety(asked)


def _answer_untagged(asked: AnnotateImage) -> Document:
    if not asked.features:
        refusal: TagloopError = BadRequest("Request must specify image and features.")
        return {"error": describe_refusal(refusal)}
    if _wants(asked, Feature.SAFE_SEARCH_DETECTION):
        return _safety(asked)
    names = ", ".join(feature.type.name for feature in asked.features)
    return {"error": status(Code.UNIMPLEMENTED, f"{names}: not supported by Tagloop.")}


def _safety(asked: AnnotateImage) -> Document:
    is_wanted = _wants(asked, Feature.SAFE_SEARCH_DETECTION)
    return {"safeSearchAnnotation": UNKNOWN_SAFETY} if is_wanted else {}


def _describe(label: Label) -> Document:
    return {
        # Stable, as Google's are; programs use it as a key.
        "mid": f"/t/{label.slug}",
        "description": label.called(capitalise_first),
        "score": label.confidence,
        "topicality": label.confidence,
    }


def _colours(asked: AnnotateImage, outcome: PictureOutcome) -> Document:
    look = look_of(outcome.image, _limit(asked, Feature.IMAGE_PROPERTIES))
    colours = [
        {
            "color": dict(zip(("red", "green", "blue"), colour.rgb, strict=True)),
            "score": round(colour.share, DIGITS),
            "pixelFraction": round(colour.share, DIGITS),
        }
        for colour in look.colours
    ]
    return {"dominantColors": {"colors": colours}}
