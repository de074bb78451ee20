"""Check that a model can tag."""

from safetensors import SafetensorError
from sqlalchemy import Connection

from shared.config import Settings
from shared.db.models.models import find_live_model, find_precision, find_precision_reason
from shared.db.monitoring.diagnosis import find_names_without_tag
from shared.errors import BlobMissing, StorageUnavailable
from shared.model.head import Head
from shared.storage.storage import Storage
from tagloop.admin.doctor.finding import Finding, well, wrong

PART = "model"
PRECISION = "precision"
HELD = "held tags"
# With fewer pictures than this to compare with, a network with text shows many wrong words.
ENOUGH_PICTURES = 50
PUT_BACK = "put it back from a backup, or promote another version"


def check_model(connection: Connection, storage: Storage, settings: Settings) -> Finding:
    """Check that the live version exists, is readable, and is of the configured network, if any."""
    live = find_live_model(connection)
    if live is None:
        return wrong(
            PART, "There is no model yet: the first worker makes it when it starts; start one."
        )
    if "backbone" in settings.model_fields_set and settings.backbone != live.backbone:
        return wrong(
            PART,
            f"TAGLOOP_BACKBONE is {settings.backbone}, but it counts for the first start only, and "
            f"{live.backbone} is live. Unset it, or run: tagloop backbone switch "
            f"{settings.backbone}",
        )
    try:
        head = Head.from_bytes(bytes(storage.get(live.blob)))
    except BlobMissing:
        return wrong(PART, f"The file {live.blob} of the live version is gone; {PUT_BACK}.")
    except (SafetensorError, KeyError):
        return wrong(PART, f"The file {live.blob} of the live version is damaged; {PUT_BACK}.")
    except StorageUnavailable as error:
        return wrong(PART, f"The live version cannot be read: {error}")
    return well(PART, f"Version {live.version} on {live.backbone} is live.{_tell_background(head)}")


def check_held(connection: Connection, settings: Settings) -> Finding:
    """Check that every tag to hold back exists: a misspelt one holds nothing back."""
    unknown = find_names_without_tag(connection, settings.hold_tags)
    # The live network may lack a tag of the default list.
    if unknown and "hold_tags" in settings.model_fields_set:
        return wrong(
            HELD,
            f"TAGLOOP_HOLD_TAGS names {', '.join(map(repr, unknown))}, which no tag is called, so "
            "nothing is held back for it; correct the name, or make the tag.",
        )
    return well(HELD, f"{len(settings.hold_tags) - len(unknown):,} tags are held back.")


def _tell_background(head: Head) -> str:
    """Return a sentence on the pictures that a network with text compares words with."""
    if head.text is None:
        return ""
    pictures = head.text.background.pictures
    rough = (
        ""
        if pictures >= ENOUGH_PICTURES
        else " Tags are less accurate until more have been uploaded."
    )
    return f" Its words are compared with {pictures:,} stored pictures.{rough}"


def check_precision(connection: Connection, settings: Settings) -> Finding:
    """Report the precision in which the network computes, and why."""
    precision = find_precision(connection, settings.backbone)
    if precision is None:
        return well(PRECISION, "The first worker chooses the network's precision when it starts.")
    reason = find_precision_reason(connection, settings.backbone) or ""
    if settings.precision != "auto":
        reason += f" But TAGLOOP_PRECISION is set to {settings.precision!r}."
    return well(PRECISION, f"Embeddings are {precision}. {reason}")
