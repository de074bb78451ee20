"""The first version of the model: the backbone's own classifier and the everyday words."""

from sqlalchemy import Engine

from services.worker.backbone import Backbone
from shared.db.connection.engine import transaction
from shared.db.models.models import find_live_model, insert_live_model, lock_first_model
from shared.errors import ConfigError
from shared.model.words.adding_words import WORDS_METRIC, add_words, with_words
from shared.model.words.words_file import digest_of, shipped_words
from shared.storage.storage import Storage

WORDS_REASON = "Everyday words that come with the program."


def ensure_model(engine: Engine, storage: Storage, backbone: Backbone) -> None:
    """Create version 1 if there is no model; otherwise check that the live one fits the backbone.

    A model from before the everyday words gets them once, in a new version.

    Raises:
        ConfigError: the live version was made for another backbone.
    """
    name = backbone.description.name
    words = shipped_words(name)
    with transaction(engine) as connection:
        lock_first_model(connection)
        live = find_live_model(connection)
        if live is None:
            head, metrics = backbone.first_head, {}
            if words is not None:
                head = with_words(connection, head, words, name)
                metrics = {WORDS_METRIC: digest_of(words)}
            blob = f"heads/{name}-first.safetensors"
            storage.put(blob, head.to_bytes())
            dimensions = backbone.description.dimensions
            insert_live_model(connection, name, dimensions, blob, metrics)
        elif live.backbone != name:
            raise ConfigError(
                f"TAGLOOP_BACKBONE is {name!r}, but the live model and the stored embeddings were "
                f"made by {live.backbone!r}. Set it to that, or start with an empty database."
            )
        elif words is not None:
            add_words(connection, storage, words, WORDS_REASON)
