"""Turn a dialect into a blueprint whose errors all have the dialect's form."""

from typing import cast

import structlog
from flask import Flask, Response, request
from flask.sansio.blueprints import BlueprintSetupState
from flask_openapi3 import APIBlueprint, Tag
from werkzeug.exceptions import HTTPException

from services.compat.dialect import Dialect
from services.compat.pictures.words import WORDS, read_words
from shared.auth.authentication import set_key_reader
from shared.errors import NotFound, TagloopError, TooManyRequests, Unavailable
from shared.web.context import EXTENSION

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

log = structlog.get_logger(__name__)


def create_blueprint(dialect: Dialect) -> APIBlueprint:
    """Create the blueprint of a dialect. An invalid words file stops the start."""
    name = f"compat-{dialect.name}"
    blueprint = APIBlueprint(name, __name__, abp_tags=[Tag(name="compat")])
    dialect.add_routes(blueprint, dialect.root)

    @blueprint.record
    def set_up(state: BlueprintSetupState) -> None:
        app = cast(Flask, state.app)
        app.extensions.setdefault(
            WORDS, read_words(app.extensions[EXTENSION].settings.compat_words)
        )
        set_key_reader(app, name, dialect.find_key)

    def refuse_path(rest: str = "") -> Response:
        raise NotFound(
            f"Tagloop does not answer {request.method} {dialect.root}/{rest}; docs/api/compat "
            "lists what it answers."
        )

    def on_error(error: Exception) -> Response:
        known = _known(error)
        response = dialect.describe_error(known)
        if isinstance(known, Unavailable | TooManyRequests):
            response.headers["Retry-After"] = str(known.retry_after_seconds)
        return response

    # Werkzeug prefers the exact paths of the operations.
    for path in ("", "/", "/<path:rest>"):
        blueprint.add_url_rule(f"{dialect.root}{path}", None, refuse_path, methods=METHODS)
    blueprint.register_error_handler(Exception, on_error)
    blueprint.register_error_handler(HTTPException, on_error)
    return blueprint


def _known(error: Exception) -> TagloopError:
    """Return any error as one of Tagloop's, without its inner details if it is a bug."""
    if isinstance(error, TagloopError):
        return error
    if isinstance(error, HTTPException) and (error.code or 500) < 500:
        found = TagloopError(error.description or error.name)
        found.status = error.code or 400
        return found
    log.error("unhandled exception", exc_info=error)
    return TagloopError("Tagloop met an error of its own; its log has the details.")
