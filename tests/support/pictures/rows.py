"""Insert images into the database as uploads do, and read their rows."""

import io
import itertools
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, text

from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.images.images import NewImage, insert_new
from shared.db.tags.custom.making import insert_custom_tags
from shared.db.tags.known_tag import KnownTag
from shared.messaging.celery_app import BULK
from shared.storage.image_ids import new_image_id
from shared.storage.originals import inspect_original
from shared.storage.storage import Storage, original_key

_numbers = itertools.count()


def store_image(
    settings: Settings, engine: Engine, storage: Storage, data: bytes, owner: str = ""
) -> UUID:
    """Store a file and insert its row, as an upload does."""
    image_id = new_image_id()
    original = inspect_original(io.BytesIO(data), settings)
    storage.put(original_key(image_id), data)
    with transaction(engine) as connection:
        insert_new(connection, [NewImage(image_id, owner, BULK, **vars(original))])
    return image_id


def insert_row(engine: Engine, **values: Any) -> UUID:
    """Insert the row of an upload, without its file."""
    return insert_rows(engine, 1, **values)[0]


def insert_rows(engine: Engine, count: int, **values: Any) -> list[UUID]:
    """Insert the rows of some uploads."""
    given = {
        "owner": "",
        "queue": BULK,
        "format": "JPEG",
        "width": 64,
        "height": 48,
        "orientation": 1,
        "bytes": 1000,
    }
    images = [
        NewImage(
            new_image_id(), **{**given, "sha256": next(_numbers).to_bytes(32, "big"), **values}
        )
        for _ in range(count)
    ]
    with transaction(engine) as connection:
        insert_new(connection, images)
    return [image.id for image in images]


def read_row(engine: Engine, image_id: UUID) -> dict[str, Any]:
    """Return the row of an image."""
    with transaction(engine) as connection:
        found = connection.execute(text("SELECT * FROM images WHERE id = :id"), {"id": image_id})
        return dict(found.mappings().one())


def set_row(engine: Engine, image_id: UUID, assignment: str) -> None:
    """Change the row of an image, given as SQL: `attempts = 4`."""
    with transaction(engine) as connection:
        connection.execute(text(f"UPDATE images SET {assignment} WHERE id = :id"), {"id": image_id})


def set_decision(engine: Engine, image_id: UUID, slug: str, *, present: bool) -> None:
    """Decide about a tag of an image, without corrections."""
    statement = text("""
        INSERT INTO decisions (image_id, tag_id, present, explicit)
        SELECT :image_id, id, :present, true FROM tags WHERE slug = :slug
    """)
    with transaction(engine) as connection:
        values = {"image_id": image_id, "slug": slug, "present": present}
        assert connection.execute(statement, values).rowcount == 1


def insert_custom_tag(engine: Engine, slug: str, name: str, owner: str | None = None) -> int:
    """Insert a tag, of one owner or shared; return its id."""
    tag = KnownTag(0, slug, name, "custom", owner)
    with transaction(engine) as connection:
        return insert_custom_tags(connection, [tag], None)[slug].id


def show_tag(engine: Engine, image_id: UUID, slug: str, confidence: float = 0.9) -> None:
    """Make the model show a tag for an image."""
    statement = text("""
        INSERT INTO image_tags (image_id, tag_id, confidence)
        SELECT :image_id, id, :confidence FROM tags WHERE slug = :slug
    """)
    with transaction(engine) as connection:
        values = {"image_id": image_id, "slug": slug, "confidence": confidence}
        assert connection.execute(statement, values).rowcount == 1
