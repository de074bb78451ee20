"""The factory of every web app: one service alone, or all of them on one port."""

from collections.abc import Sequence
from typing import Any

from flask import redirect
from flask.json.provider import DefaultJSONProvider
from flask_openapi3 import APIBlueprint, Info, OpenAPI

from shared import __version__
from shared.config import Settings
from shared.web.context import EXTENSION, Context
from shared.web.health import health
from shared.web.lingering import register_lingering
from shared.web.problems import Problem, register_problems, validation_response

DOCS_PATH = "/docs"
# A thousand ids or digests in JSON; the door for pictures has limits of its own.
MOST_BODY_BYTES = 1024 * 1024


class TolerantJson(DefaultJSONProvider):
    """JSON in the order in which it was written; what nests too deeply is as bad as no JSON."""

    sort_keys = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Raises ValueError for every text that can't be read."""
        try:
            return super().loads(s, **kwargs)
        except RecursionError as error:
            raise ValueError("The JSON is nested too deeply.") from error


def create_web_app(title: str, blueprints: Sequence[APIBlueprint], settings: Settings) -> OpenAPI:
    """A Flask app with these parts of the API; connects to nothing before the first request.

    Raises:
        ConfigError: the storage's URL can't be used.
    """
    app = OpenAPI(
        title,
        info=Info(title="Tagloop", version=__version__),
        doc_prefix=DOCS_PATH,
        validation_error_status=400,
        validation_error_model=Problem,
        validation_error_callback=validation_response,
        static_folder=None,
    )
    app.json = TolerantJson(app)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BODY_BYTES
    app.extensions[EXTENSION] = Context.open(settings)
    register_problems(app)
    register_lingering(app)
    for blueprint in (health, *blueprints):
        _register(app, blueprint)
    app.add_url_rule("/openapi.json", "openapi_json", lambda: app.api_doc)
    app.add_url_rule(DOCS_PATH, "docs", lambda: redirect(f"{DOCS_PATH}/swagger"))
    app.add_url_rule("/", "home", lambda: redirect(DOCS_PATH))
    return app


def _register(app: OpenAPI, blueprint: APIBlueprint) -> None:
    """Add a part of the API; flask-openapi3 alone forgets other parts' methods on the same path."""
    shared_paths = app.paths.keys() & blueprint.paths.keys()
    known = {path: app.paths[path] for path in shared_paths}
    app.register_api(blueprint)
    for path, item in known.items():
        added = app.paths[path]
        methods = {method: getattr(added, method) for method in added.model_fields_set}
        app.paths[path] = item.model_copy(update=methods)
