"""The dialect: one operation of version 4.0, two of 3.2."""

from collections.abc import Callable
from typing import Any

from flask import Response, json
from flask_openapi3 import APIBlueprint

from services.compat.dialect import Dialect
from services.compat.dialects.azure import computer_vision, image_analysis
from services.compat.dialects.azure.errors import describe_error
from services.compat.pictures.tagging import PictureOutcome, name_images
from services.compat.requests.keys import in_header, in_query, key_reader
from services.compat.requests.picture_body import max_body_bytes

BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        "application/json": {
            "schema": {"type": "object", "properties": {"url": {"type": "string"}}}
        },
    },
}


def add_routes(blueprint: APIBlueprint, root: str) -> None:
    """Add the operations."""

    @blueprint.post(
        f"{root}/computervision/imageanalysis:analyze",
        summary="Azure Image Analysis 4.0",
        openapi_extensions=_with("features", "tags"),
    )
    def post_azure_analyze() -> Response:
        """Tag a picture; see docs/api/compat/azure.md."""
        return answer(image_analysis.analyze_image)

    @blueprint.post(
        f"{root}/vision/v3.2/tag",
        summary="Azure Computer Vision 3.2: tag",
        openapi_extensions={"requestBody": BODY},
    )
    def post_azure_tag() -> Response:
        """Tag a picture; see docs/api/compat/azure.md."""
        return answer(computer_vision.tag_image)

    @blueprint.post(
        f"{root}/vision/v3.2/analyze",
        summary="Azure Computer Vision 3.2: analyze",
        openapi_extensions=_with("visualFeatures", "Tags"),
    )
    def post_azure_analyze_old() -> Response:
        """Tag a picture; see docs/api/compat/azure.md."""
        return answer(computer_vision.analyze_image)


def answer(operation: Callable[[], tuple[dict[str, Any], PictureOutcome]]) -> Response:
    """Answer an operation.

    Raises:
        TagloopError: it is refused.
    """
    document, outcome = operation()
    response = Response(json.dumps(document), mimetype="application/json")
    return name_images(response, [outcome])


def _with(parameter: str, example: str) -> dict[str, Any]:
    """Return the description of a body and of the parameter that names features."""
    schema = {"type": "string", "enum": [example]}
    named = {"name": parameter, "in": "query", "required": True, "schema": schema}
    return {"requestBody": BODY, "parameters": [named]}


AZURE = Dialect(
    "azure",
    add_routes,
    key_reader(
        max_body_bytes, in_header("Ocp-Apim-Subscription-Key"), in_query("subscription-key")
    ),
    describe_error,
)
