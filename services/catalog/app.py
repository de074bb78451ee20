"""The catalog service."""

from flask_openapi3 import OpenAPI

from services.catalog.images.dial import dial
from services.catalog.images.retrying import retrying
from services.catalog.images.routes import images
from services.catalog.images.statuses import statuses
from services.catalog.owners.export import owner_export
from services.catalog.owners.profiles import profiles
from services.catalog.page.routes import page
from services.catalog.search.routes import search
from services.catalog.search.similar import similar
from services.catalog.search.suggesting.routes import suggesting
from services.catalog.session import session
from services.catalog.stacks.routes import stacks
from services.catalog.status.routes import status
from services.catalog.tags.counts import counts
from services.catalog.tags.preview import preview
from services.catalog.tags.routes import tags
from services.catalog.themes.routes import themes
from shared.config import Settings, load_settings
from shared.observability.logs import configure_logs
from shared.web import create_web_app

BLUEPRINTS = (
    session,
    images,
    statuses,
    retrying,
    dial,
    tags,
    counts,
    preview,
    profiles,
    owner_export,
    themes,
    search,
    suggesting,
    similar,
    stacks,
    status,
    page,
)


def create_app(settings: Settings | None = None) -> OpenAPI:
    """Return the service on its own: `gunicorn 'services.catalog.app:create_app()'`."""
    settings = settings or load_settings()
    configure_logs(settings)
    return create_web_app("catalog", BLUEPRINTS, settings)
