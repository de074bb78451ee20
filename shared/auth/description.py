"""Mark in the OpenAPI document which operations need a key."""

from flask_openapi3 import OpenAPI

from shared.auth.policy import COMPAT_PREFIX, OPEN, rule_for
from shared.auth.sessions import COOKIE, CSRF_HEADER

SCHEME = "key"
SESSION = "session"
SECURITY_SCHEMES = {
    SCHEME: {
        "type": "http",
        "scheme": "bearer",
        "description": "A key of `tagloop keys create`.",
    },
    SESSION: {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "A session of `POST /v1/session`; what changes something also needs the "
        f"header `{CSRF_HEADER}`.",
    },
}


def describe_keys(app: OpenAPI) -> None:
    """Note on every operation of an app whether it needs a key."""
    app.security_schemes = SECURITY_SCHEMES
    for path, item in app.paths.items():
        for method in item.model_fields_set:
            operation = getattr(item, method)
            is_open = rule_for(method.upper(), path) == OPEN
            by_session: list[dict[str, list[str]]] = (
                [] if path.startswith(COMPAT_PREFIX) else [{SESSION: []}]
            )
            operation.security = [] if is_open else [{SCHEME: []}, *by_session]
