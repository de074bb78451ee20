"""All web services in one app, for one machine."""

from flask_openapi3 import OpenAPI

from services.catalog.app import BLUEPRINTS as CATALOG
from services.compat.app import BLUEPRINTS as COMPAT
from services.feedback.app import BLUEPRINTS as FEEDBACK
from services.ingest.app import BLUEPRINTS as INGEST
from shared.config import load_settings
from shared.observability.logs import configure_logs
from shared.web import create_web_app


def create_app() -> OpenAPI:
    """Return ingest, feedback, catalog and compat as one app.

    In production each has a server of its own.
    """
    settings = load_settings()
    configure_logs(settings)
    return create_web_app("tagloop", (*INGEST, *FEEDBACK, *CATALOG, *COMPAT), settings)
