"""What every web service has: problem documents, health, metrics, OpenAPI."""

from shared.web.lean_imports import without_optional_packages

with without_optional_packages():
    from shared.web.app import create_web_app
    from shared.web.context import Context

__all__ = ["Context", "create_web_app"]
