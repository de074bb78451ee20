"""The compat service."""

from flask_openapi3 import OpenAPI

from services.compat.blueprint import create_blueprint
from services.compat.dialects.table import DIALECTS
from shared.config import Settings, load_settings
from shared.observability.logs import configure_logs
from shared.web import create_web_app

BLUEPRINTS = tuple(create_blueprint(dialect) for dialect in DIALECTS)


def create_app(settings: Settings | None = None) -> OpenAPI:
    """Return the service on its own: `gunicorn 'services.compat.app:create_app()'`."""
    settings = settings or load_settings()
    configure_logs(settings)
    return create_web_app("compat", BLUEPRINTS, settings)
