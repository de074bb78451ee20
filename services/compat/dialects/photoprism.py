"""PhotoPrism's vision service: the labels of one photo, sent as one to three pictures."""

from typing import Any

from flask import Response, g, json
from flask_openapi3 import APIBlueprint
from pydantic import Field

from services.compat.dialect import Dialect
from services.compat.pictures.labels import Label
from services.compat.pictures.tagging import Picture, PictureUrl, name_images, tagging
from services.compat.requests.body import MAX_JSON_BYTES
from services.compat.requests.json_body import LongText, decode_base64, read_json_object
from services.compat.requests.keys import key_reader
from services.compat.requests.validation import Members, validate
from shared.errors import BadRequest, TagloopError

# A photo that is not square may come as three crops.
MAX_PICTURES = 3
# How many wider words PhotoPrism lists beside the label.
MAX_CATEGORIES = 2
WEB_ADDRESS = ("http://", "https://")

BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "id": {"type": "string"},
                        "images": {"type": "array", "items": {"type": "string"}},
                        "url": {"type": "string"},
                    },
                }
            }
        },
    }
}


class VisionRequest(Members):
    """The pictures of one photo: data: URLs or web addresses."""

    images: list[Any] = Field([], max_length=MAX_PICTURES)
    url: str = ""


def add_routes(blueprint: APIBlueprint, root: str) -> None:
    """Add the one operation; PhotoPrism also asks for /nsfw and /caption, which are not there."""

    @blueprint.post(
        f"{root}/labels", summary="Label a photo for PhotoPrism", openapi_extensions=BODY
    )
    def post_photoprism_labels() -> Response:
        """For `vision.yml`; see docs/api/compat/photoprism.md."""
        document = read_json_object()
        given = document.get("id")
        g.photoprism_id = given if isinstance(given, str) else None
        asked = validate(VisionRequest, document)
        pictures = [_picture(one) for one in (*asked.images, *filter(None, [asked.url]))]
        if not pictures:
            raise BadRequest("The request has no picture: send images or url.")
        with tagging(pictures) as outcomes:
            version = max(outcome.image["model_version"] for outcome in outcomes)
            labels = _merge([label for outcome in outcomes for label in outcome.labels])
            answer = {
                "id": g.photoprism_id,
                "code": 200,
                "model": {"type": "labels", "name": "tagloop", "version": str(version)},
                "result": {
                    "labels": [_describe(label, labels) for label in labels.values() if label.leads]
                },
            }
            return name_images(Response(json.dumps(answer), mimetype="application/json"), outcomes)


def describe_error(error: TagloopError) -> Response:
    """Return an error; PhotoPrism logs its text."""
    body = {"id": g.get("photoprism_id"), "code": error.status, "error": str(error)}
    return Response(json.dumps(body), error.status, mimetype="application/json")


def _picture(value: object) -> Picture:
    if isinstance(value, str) and value.startswith(WEB_ADDRESS):
        return PictureUrl(value)
    if not isinstance(value, str | LongText):
        raise BadRequest("A picture has to be a data: URL or a web address.")
    return decode_base64(value)


def _merge(labels: list[Label]) -> dict[str, Label]:
    """Return the labels of all pictures by slug, each with its highest confidence, surest first."""
    merged: dict[str, Label] = {}
    for label in sorted(labels, key=lambda label: -label.confidence):
        merged.setdefault(label.slug, label)
    return merged


def _describe(label: Label, labels: dict[str, Label]) -> dict[str, Any]:
    wider = [labels[slug].name for slug in label.wider if slug in labels]
    return {
        "name": label.name,
        "source": "",
        "priority": 0,
        "confidence": label.confidence,
        "topicality": label.confidence,
        "categories": wider[:MAX_CATEGORIES],
    }


PHOTOPRISM = Dialect("photoprism", add_routes, key_reader(lambda: MAX_JSON_BYTES), describe_error)
