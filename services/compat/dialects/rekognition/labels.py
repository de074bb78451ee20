"""DetectLabels: what a picture shows, and its colours."""

from collections.abc import Callable, Iterable
from typing import Any

from services.compat.dialects.rekognition.documents import DetectLabels, LabelFilters
from services.compat.dialects.rekognition.picture import read_picture
from services.compat.pictures.colours import Colour, Look, look_of
from services.compat.pictures.labels import Label, capitalise_words, surest
from services.compat.pictures.tagging import PictureOutcome, tagging_one

Document = dict[str, Any]
PERCENT = 100.0
DIGITS = 4


def detect_labels(request: DetectLabels) -> tuple[Document, PictureOutcome]:
    """Answer DetectLabels."""
    content = read_picture(request.Image)
    with tagging_one(content) as outcome:
        row = outcome.image
        document: Document = {"Labels": [], "LabelModelVersion": str(row["model_version"])}
        if "GENERAL_LABELS" in request.Features or not request.Features:
            document["Labels"] = _describe_labels(outcome.labels, request)
        if "IMAGE_PROPERTIES" in request.Features:
            look = look_of(row, request.Settings.ImageProperties.MaxDominantColors)
            document["ImageProperties"] = _describe_look(look)
        return document, outcome


def percent(label: Label) -> float:
    """Return the confidence of a label as Rekognition writes it."""
    return round(label.confidence * PERCENT, DIGITS)


def _describe_labels(labels: list[Label], request: DetectLabels) -> list[Document]:
    by_slug = {label.slug: label for label in labels}
    wanted = _filter_of(request.Settings.GeneralLabels)
    described = (
        (label, _describe_label(label, by_slug))
        for label in surest(labels)
        if percent(label) >= request.MinConfidence
    )
    found = [document for _, document in described if wanted(document)]
    return found[: request.MaxLabels or None]


def _describe_label(label: Label, by_slug: dict[str, Label]) -> Document:
    # A wider tag with the same word as another label has no label of its own.
    wider = [by_slug[slug] for slug in label.wider if slug in by_slug]
    return {
        "Name": label.called(capitalise_words),
        "Confidence": percent(label),
        # Tagloop finds no positions.
        "Instances": [],
        "Parents": _names(one.called(capitalise_words) for one in wider),
        "Aliases": _names(map(capitalise_words, label.aliases)),
        "Categories": _names(
            one.called(capitalise_words) for one in (label, *wider) if one.is_category
        ),
    }


def _names(names: Iterable[str]) -> list[Document]:
    return [{"Name": name} for name in dict.fromkeys(names)]


def _filter_of(settings: LabelFilters) -> Callable[[Document], bool]:
    """Return a test of labels. What is excluded stays out, even if it is included as well."""
    names, no_names = set(settings.LabelInclusionFilters), set(settings.LabelExclusionFilters)
    categories = set(settings.LabelCategoryInclusionFilters)
    no_categories = set(settings.LabelCategoryExclusionFilters)

    def is_wanted(label: Document) -> bool:
        own = {category["Name"] for category in label["Categories"]}
        if label["Name"] in no_names or own & no_categories:
            return False
        includes = bool(names or categories)
        return not includes or label["Name"] in names or bool(own & categories)

    return is_wanted


def _describe_look(look: Look) -> Document:
    return {
        "Quality": {
            "Brightness": round(look.brightness, DIGITS),
            "Sharpness": round(look.sharpness, DIGITS),
            "Contrast": round(look.contrast, DIGITS),
        },
        "DominantColors": [_describe_colour(colour) for colour in look.colours],
    }


def _describe_colour(colour: Colour) -> Document:
    red, green, blue = colour.rgb
    return {
        "Red": red,
        "Green": green,
        "Blue": blue,
        "HexCode": colour.hex_code,
        "CSSColor": colour.css_name,
        "SimplifiedColor": colour.simple_name,
        "PixelPercent": round(colour.share * PERCENT, DIGITS),
    }
