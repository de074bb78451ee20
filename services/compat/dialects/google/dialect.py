"""The dialect: one operation, under three paths."""

from typing import Any

from flask import Response, json
from flask_openapi3 import APIBlueprint

from services.compat.dialect import Dialect
from services.compat.dialects.google.annotate import annotate
from services.compat.dialects.google.documents import BatchAnnotateImages
from services.compat.dialects.google.errors import describe_error
from services.compat.pictures.tagging import name_images
from services.compat.requests.body import MAX_JSON_BYTES
from services.compat.requests.json_body import read_json_object
from services.compat.requests.keys import in_header, in_query, key_reader
from services.compat.requests.validation import validate

BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["requests"],
                    "properties": {
                        "requests": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "properties": {
                                    "image": {
                                        "type": "object",
                                        "properties": {
                                            "content": {"type": "string", "format": "byte"}
                                        },
                                    },
                                    "features": {
                                        "type": "array",
                                        "items": {
                                            "type": "object",
                                            "properties": {
                                                "type": {"enum": ["LABEL_DETECTION", 4]},
                                                "maxResults": {"type": "integer"},
                                            },
                                        },
                                    },
                                },
                            },
                        }
                    },
                }
            }
        },
    }
}


def add_routes(blueprint: APIBlueprint, root: str) -> None:
    """Add the operation; the project and location that a client names are ignored."""

    @blueprint.post(
        f"{root}/v1/images:annotate",
        summary="Google Cloud Vision's images:annotate",
        openapi_extensions=BODY,
    )
    def post_google_annotate() -> Response:
        """Label pictures and find their colours; see docs/api/compat/google.md."""
        return answer()

    for parent in ("projects/<project>", "projects/<project>/locations/<location>"):
        blueprint.add_url_rule(
            f"{root}/v1/{parent}/images:annotate",
            f"annotate_in_{parent.count('<')}",
            answer,
            methods=["POST"],
        )


def answer(**_: str) -> Response:
    """Annotate the pictures of the current request.

    Raises:
        TagloopError: the request is refused as a whole.
    """
    answers, outcomes = annotate(validate(BatchAnnotateImages, read_json_object()))
    body = json.dumps({"responses": answers})
    return name_images(Response(body, mimetype="application/json"), outcomes)


GOOGLE = Dialect(
    "google",
    add_routes,
    key_reader(lambda: MAX_JSON_BYTES, in_header("X-Goog-Api-Key"), in_query("key")),
    describe_error,
)
