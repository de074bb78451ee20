"""The catalog service."""

from flask_openapi3 import OpenAPI

from services.catalog.images import images
from services.catalog.profiles import profiles
from services.catalog.search import search
from services.catalog.similar import similar
from services.catalog.statuses import statuses
from services.catalog.tags import tags
from shared.config import Settings, load_settings
from shared.observability.logs import configure_logs
from shared.web import create_web_app

BLUEPRINTS = (images, statuses, tags, profiles, search, similar)


def create_app(settings: Settings | None = None) -> OpenAPI:
    """The service alone: `gunicorn 'services.catalog.app:create_app()'`."""
    settings = settings or load_settings()
    configure_logs(settings)
    return create_web_app("catalog", BLUEPRINTS, settings)
