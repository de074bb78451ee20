"""The feedback service."""

from flask_openapi3 import OpenAPI

from services.feedback.corrections.batches import batches
from services.feedback.corrections.bulk import bulk
from services.feedback.corrections.contributors import contributors
from services.feedback.corrections.history import history
from services.feedback.corrections.labels import labels
from services.feedback.corrections.routes import corrections
from services.feedback.events.deliveries import deliveries
from services.feedback.events.endpoints import endpoints
from services.feedback.models.retagging import retagging
from services.feedback.models.retraining import retraining
from services.feedback.models.routes import models
from services.feedback.models.switching import switching
from services.feedback.review.routes import review
from services.feedback.review.today import today
from services.feedback.tags.custom_tags import custom_tags
from services.feedback.tags.editing import editing
from services.feedback.tags.proposals import proposals
from shared.config import Settings, load_settings
from shared.observability.logs import configure_logs
from shared.web import create_web_app

BLUEPRINTS = (
    corrections,
    bulk,
    batches,
    history,
    labels,
    custom_tags,
    editing,
    proposals,
    review,
    today,
    contributors,
    models,
    retraining,
    retagging,
    switching,
    endpoints,
    deliveries,
)


def create_app(settings: Settings | None = None) -> OpenAPI:
    """Return the service on its own: `gunicorn 'services.feedback.app:create_app()'`."""
    settings = settings or load_settings()
    configure_logs(settings)
    return create_web_app("feedback", BLUEPRINTS, settings)
