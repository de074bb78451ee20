"""The ingest service."""

from flask_openapi3 import OpenAPI

from services.ingest.routes import ingest
from services.ingest.webhooks.fetch_document import fetch_document
from services.ingest.webhooks.routes import create_webhooks
from shared.config import Settings, load_settings
from shared.observability.logs import configure_logs
from shared.web import create_web_app

BLUEPRINTS = (ingest, create_webhooks(fetch_document))


def create_app(settings: Settings | None = None) -> OpenAPI:
    """Create the service as an app: `gunicorn 'services.ingest.app:create_app()'`."""
    settings = settings or load_settings()
    configure_logs(settings)
    return create_web_app("ingest", BLUEPRINTS, settings)
