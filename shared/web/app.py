"""Create web apps: one service alone, or all of them on one port."""

from collections.abc import Sequence
from typing import Any

from flask import redirect
from flask.json.provider import DefaultJSONProvider
from flask_openapi3 import APIBlueprint, Info, OpenAPI

from shared import __version__
from shared.auth.authentication import register_authentication
from shared.auth.description import describe_keys
from shared.config import Settings
from shared.errors import BadRequest
from shared.observability.tracing import trace_web
from shared.web.answers.headers import register_headers
from shared.web.answers.problems import ProblemDocument, register_problems, validation_response
from shared.web.context import EXTENSION, Context
from shared.web.figures.state_metrics import STATE_EXTENSION, StateCollector
from shared.web.health import health
from shared.web.requests.body import register_bodies
from shared.web.requests.json_depth import MAX_DEPTH, is_too_deep
from shared.web.requests.request_log import register_request_log

DOCS_PATH = "/docs"
# Enough for a thousand ids or digests in JSON; pictures have limits of their own.
MAX_BODY_BYTES = 1024 * 1024


class TolerantJson(DefaultJSONProvider):
    """JSON in the order in which it was written; JSON that nests too deeply is invalid."""

    sort_keys = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Parse a text.

        Raises:
            ValueError: it cannot be read.
            BadRequest: an object has two members of one name; one of them would be lost.
        """
        if is_too_deep(s if isinstance(s, str) else s.decode(errors="replace")):
            raise ValueError(f"The JSON is nested more than {MAX_DEPTH} levels deep.")
        return super().loads(s, object_pairs_hook=_unique_members, **kwargs)


def _unique_members(members: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in members:
        if name in found:
            raise BadRequest(f"An object has the member {name[:100]!r} twice; send it once.")
        found[name] = value
    return found


def create_web_app(title: str, blueprints: Sequence[APIBlueprint], settings: Settings) -> OpenAPI:
    """Return a Flask app with these parts of the API; it connects at the first request.

    Raises:
        ConfigError: the storage's URL cannot be used, keys have no Redis to be counted in, or the
            packages for tracing are missing.
    """
    app = OpenAPI(
        title,
        info=Info(title="Tagloop", version=__version__),
        doc_prefix=DOCS_PATH,
        validation_error_status=400,
        validation_error_model=ProblemDocument,
        validation_error_callback=validation_response,
        static_folder=None,
        # None would become null in the document, which is not a list of schemes.
        security_schemes={},
    )
    app.json = TolerantJson(app)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    trace_web(settings, title, app)
    here = Context.open(settings)
    app.extensions[EXTENSION] = here
    app.extensions[STATE_EXTENSION] = StateCollector(here)
    register_request_log(app, title)
    register_problems(app)
    register_headers(app)
    register_bodies(app)
    register_authentication(app, settings, here.engine)
    for blueprint in (health, *blueprints):
        _register(app, blueprint)
    if settings.auth:
        describe_keys(app)
    app.add_url_rule("/openapi.json", "openapi_json", lambda: app.api_doc)
    app.add_url_rule(DOCS_PATH, "docs", lambda: redirect(f"{DOCS_PATH}/swagger"))
    if not any(rule.rule == "/" for rule in app.url_map.iter_rules()):
        app.add_url_rule("/", "home", lambda: redirect(DOCS_PATH))
    return app


def _register(app: OpenAPI, blueprint: APIBlueprint) -> None:
    """Add a part of the API. flask-openapi3 alone forgets other parts' methods on the same path."""
    shared_paths = app.paths.keys() & blueprint.paths.keys()
    known = {path: app.paths[path] for path in shared_paths}
    app.register_api(blueprint)
    for path, item in known.items():
        added = app.paths[path]
        methods = {method: getattr(added, method) for method in added.model_fields_set}
        app.paths[path] = item.model_copy(update=methods)
