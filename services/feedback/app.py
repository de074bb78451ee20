"""The feedback service."""

from flask_openapi3 import OpenAPI

from services.feedback.models import models
from shared.config import Settings, load_settings
from shared.logs import configure_logs
from shared.web import create_web_app

BLUEPRINTS = (models,)


def create_app(settings: Settings | None = None) -> OpenAPI:
    """The service alone: `gunicorn 'services.feedback.app:create_app()'`."""
    settings = settings or load_settings()
    configure_logs(settings)
    return create_web_app("feedback", BLUEPRINTS, settings)
