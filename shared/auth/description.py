"""Keys in the OpenAPI document: which operations need one."""

from flask_openapi3 import OpenAPI

from shared.auth.policy import OPEN, rule_for

SCHEME = "key"
SECURITY_SCHEMES = {
    SCHEME: {
        "type": "http",
        "scheme": "bearer",
        "description": "A key of `tagloop keys create`.",
    }
}


def describe_keys(app: OpenAPI) -> None:
    """Note on every operation of an app whether it needs a key."""
    app.security_schemes = SECURITY_SCHEMES
    for path, item in app.paths.items():
        for method in item.model_fields_set:
            operation = getattr(item, method)
            is_open = rule_for(method.upper(), path) == OPEN
            operation.security = [] if is_open else [{SCHEME: []}]
