"""The dialect: one address, and the operation in a header."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from flask import Response, json, request
from flask_openapi3 import APIBlueprint

from services.compat.dialect import Dialect
from services.compat.dialects.rekognition import custom_labels, labels, moderation, projects
from services.compat.dialects.rekognition import documents as of
from services.compat.dialects.rekognition.errors import (
    MIME_TYPE,
    REQUEST_ID_HEADER,
    UNKNOWN_OPERATION,
    AwsError,
    describe_error,
)
from services.compat.dialects.rekognition.verifying import find_key
from services.compat.pictures.tagging import name_images
from services.compat.requests.json_body import read_json_object
from services.compat.requests.validation import Members, validate

TARGET_HEADER = "X-Amz-Target"
SERVICE = "RekognitionService"

# By name: the form of the request, and what answers it, with the outcome of a picture or without.
OPERATIONS: dict[str, tuple[type[Members], Callable[[Any], Any]]] = {
    "DetectLabels": (of.DetectLabels, labels.detect_labels),
    "DetectCustomLabels": (of.DetectCustomLabels, custom_labels.detect_custom_labels),
    "DetectModerationLabels": (of.DetectModerationLabels, moderation.detect_moderation_labels),
    "DescribeProjects": (of.DescribeProjects, projects.describe_projects),
    "DescribeProjectVersions": (of.DescribeProjectVersions, projects.describe_project_versions),
    "StartProjectVersion": (of.StartProjectVersion, projects.start_project_version),
    "StopProjectVersion": (of.StopProjectVersion, projects.stop_project_version),
}

OPERATION: dict[str, Any] = {
    "parameters": [
        {
            "name": TARGET_HEADER,
            "in": "header",
            "required": True,
            "schema": {"type": "string", "enum": [f"{SERVICE}.{name}" for name in OPERATIONS]},
        }
    ],
    "requestBody": {
        "required": True,
        "content": {
            # AWS' clients say application/x-amz-json-1.1, which tools for OpenAPI can't write.
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "Image": {
                            "type": "object",
                            "properties": {"Bytes": {"type": "string", "format": "byte"}},
                        },
                        "MaxLabels": {"type": "integer"},
                        "MinConfidence": {"type": "number"},
                    },
                }
            }
        },
    },
}


def add_routes(blueprint: APIBlueprint, root: str) -> None:
    """Add the operations. A redirect to the other spelling would break the signature."""

    @blueprint.post(root, summary="Amazon Rekognition's operations", openapi_extensions=OPERATION)
    def post_rekognition() -> Response:
        """The header `X-Amz-Target` names the operation; see docs/api/compat/rekognition.md."""
        return answer()

    blueprint.add_url_rule(f"{root}/", "post_rekognition_slash", answer, methods=["POST"])


def answer() -> Response:
    """Answer the operation that the current request names.

    Raises:
        TagloopError: it is refused.
    """
    service, _, name = request.headers.get(TARGET_HEADER, "").partition(".")
    if service != SERVICE or name not in OPERATIONS:
        raise AwsError(
            UNKNOWN_OPERATION,
            f"Tagloop does not answer {name[:100]!r}; it answers {', '.join(OPERATIONS)}.",
        )
    form, operation = OPERATIONS[name]
    answered = operation(validate(form, read_json_object()))
    document, outcome = answered if isinstance(answered, tuple) else (answered, None)
    headers = {REQUEST_ID_HEADER: str(uuid4())}
    response = Response(json.dumps(document), 200, headers, content_type=MIME_TYPE)
    return response if outcome is None else name_images(response, [outcome])


REKOGNITION = Dialect("rekognition", add_routes, find_key, describe_error)
