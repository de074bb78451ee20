"""The images that events would make, checked before anything is written.

Host names are resolved here, which may take seconds, so no row may be locked meanwhile.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from services.ingest.body import parse_options
from services.ingest.callbacks import check_callbacks
from services.ingest.webhooks.events import Event, ObjectEvent, PictureAt
from shared.config import Settings
from shared.db.images.images import NewImage
from shared.fetch import check_form
from shared.messaging.celery_app import BULK
from shared.storage.image_ids import new_image_id
from shared.storage.object_url import object_url
from shared.web.uploads.filenames import clean_filename


def image_candidates(
    events: Sequence[Event], values: dict[str, Any], settings: Settings
) -> list[NewImage]:
    """Return the image that each event would make.

    values: options from the webhook's URL; an event's own options take precedence.

    Raises:
        BadRequest: an option is not valid.
        UnsafeUrl: a picture is not at a web address, or a callback URL must not be sent to.
    """
    images = [
        _image_of_object(event, values)
        if isinstance(event, ObjectEvent)
        else _image_of_picture(event, values)
        for event in events
    ]
    check_callbacks([image.callback_url for image in images], settings)
    return images


def _image_of_picture(event: PictureAt, values: dict[str, Any]) -> NewImage:
    # Other schemes, such as s3://, are read with this server's credentials.
    check_form(event.url)
    return _new_image({**values, **event.options, "url": event.url}, event.filename)


def _image_of_object(event: ObjectEvent, values: dict[str, Any]) -> NewImage:
    known = {"bucket": event.bucket, "key": event.key}
    if event.version:
        known["version"] = event.version
    image = _new_image({**values, "metadata": known}, PurePosixPath(event.key).name)
    return replace(image, source_url=object_url(event.bucket, event.key))


def _new_image(values: dict[str, Any], filename: str | None) -> NewImage:
    options = parse_options(values)
    return NewImage(
        id=new_image_id(),
        owner=options.owner,
        # No user waits for the pictures of a webhook.
        queue=BULK,
        source_url=options.url,
        filename=clean_filename(filename),
        hashtags=options.hashtags,
        metadata=options.metadata,
        learn=options.learn,
        callback_url=options.callback_url,
    )
