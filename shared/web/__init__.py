"""What every web service has: problem documents, health, metrics, OpenAPI."""

from shared.web.app import create_web_app
from shared.web.context import Context

__all__ = ["Context", "create_web_app"]
