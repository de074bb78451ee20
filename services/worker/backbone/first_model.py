"""The first version of the model: the classifier that the backbone was trained with."""

from sqlalchemy import Engine

from services.worker.backbone import Backbone
from shared.db.connection.engine import transaction
from shared.db.models.models import find_live_model, insert_live_model, lock_first_model
from shared.errors import ConfigError
from shared.storage.storage import Storage


def ensure_model(engine: Engine, storage: Storage, backbone: Backbone) -> None:
    """Make version 1 where there is none; otherwise check that the live one fits the backbone.

    Raises:
        ConfigError: the live version was made for another backbone.
    """
    name = backbone.description.name
    with transaction(engine) as connection:
        lock_first_model(connection)
        live = find_live_model(connection)
        if live is None:
            blob = f"heads/{name}-first.safetensors"
            storage.put(blob, backbone.first_head.to_bytes())
            insert_live_model(connection, name, backbone.description.dimensions, blob)
        elif live.backbone != name:
            raise ConfigError(
                f"TAGLOOP_BACKBONE is {name!r}, but the live model and the stored embeddings were "
                f"made by {live.backbone!r}. Set it to that, or start with an empty database."
            )
