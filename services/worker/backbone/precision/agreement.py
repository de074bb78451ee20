"""One precision for all embeddings of a database, whichever machines its workers run on."""

from sqlalchemy import Engine

from services.worker.backbone import Backbone, load_backbone
from services.worker.backbone.runtimes.choose import wants_cuda
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.models.models import find_precision


def load_agreed_backbone(engine: Engine, settings: Settings, lanes: int) -> Backbone:
    """Load the configured network in the precision of the database's embeddings.

    Raises:
        ConfigError: as `load_backbone` does.
    """
    with transaction(engine) as connection:
        agreed = find_precision(connection, settings.backbone)
    return load_backbone(settings, lanes, agreed)


def is_agreed(engine: Engine, settings: Settings, backbone: Backbone) -> bool:
    """Return whether a loaded network has the precision of the database's embeddings.

    It may differ if TAGLOOP_PRECISION says so, and on a GPU, which computes in floating point only.
    """
    with transaction(engine) as connection:
        agreed = find_precision(connection, backbone.description.name)
    may_differ = settings.precision != "auto" or wants_cuda(settings)
    return may_differ or agreed == backbone.choice.family
