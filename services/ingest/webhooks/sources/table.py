"""The senders of webhooks, for `POST /v1/webhooks/{source}`.

A new one needs a module and a line here.
"""

from collections.abc import Iterable

from services.ingest.webhooks.events import Read
from services.ingest.webhooks.sources.cloudinary import read_cloudinary
from services.ingest.webhooks.sources.filestack import read_filestack
from services.ingest.webhooks.sources.s3 import read_s3
from services.ingest.webhooks.sources.standard import read_standard
from services.ingest.webhooks.sources.uploadcare import read_uploadcare
from shared.errors import ConfigError

SOURCES: dict[str, Read] = {
    "cloudinary": read_cloudinary,
    "filestack": read_filestack,
    "s3": read_s3,
    "standard": read_standard,
    "uploadcare": read_uploadcare,
}


def refuse_unknown_sources(names: Iterable[str]) -> None:
    """Check that secrets belong to known sources.

    names: sources that a secret is set for.

    Raises:
        ConfigError: there is no such source.
    """
    for name in names:
        if name not in SOURCES:
            known = ", ".join(SOURCES)
            raise ConfigError(
                f"TAGLOOP_WEBHOOK_{name.upper()}_SECRET is set, but there is no source {name!r}; "
                f"the sources are {known}."
            )
