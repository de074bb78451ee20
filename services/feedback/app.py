"""The feedback service."""

from flask_openapi3 import OpenAPI

from services.feedback.bulk import bulk
from services.feedback.contributors import contributors
from services.feedback.corrections import corrections
from services.feedback.custom_tags import custom_tags
from services.feedback.deliveries import deliveries
from services.feedback.endpoints import endpoints
from services.feedback.history import history
from services.feedback.labels import labels
from services.feedback.models import models
from services.feedback.retagging import retagging
from services.feedback.retraining import retraining
from services.feedback.review import review
from shared.config import Settings, load_settings
from shared.observability.logs import configure_logs
from shared.web import create_web_app

BLUEPRINTS = (
    corrections,
    bulk,
    history,
    labels,
    custom_tags,
    review,
    contributors,
    models,
    retraining,
    retagging,
    endpoints,
    deliveries,
)


def create_app(settings: Settings | None = None) -> OpenAPI:
    """The service alone: `gunicorn 'services.feedback.app:create_app()'`."""
    settings = settings or load_settings()
    configure_logs(settings)
    return create_web_app("feedback", BLUEPRINTS, settings)
