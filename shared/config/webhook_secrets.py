"""The secrets of webhook senders, from variables that carry the sender's name."""

import os
import re
from pathlib import Path
from typing import Any

from pydantic_settings import PydanticBaseSettingsSource

from shared.errors import ConfigError

VARIABLE = re.compile(r"TAGLOOP_WEBHOOK_([A-Z0-9]+)_SECRET(_FILE)?")


class WebhookSecretsSource(PydanticBaseSettingsSource):
    """Gathers `TAGLOOP_WEBHOOK_<SOURCE>_SECRET` and `…_SECRET_FILE` into one setting.

    So a new source needs no setting of its own. Spaces separate several secrets of one source:
    while a sender changes from one to the next, both are valid.
    """

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        """Return nothing: no field comes from a single variable."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return the setting `webhook_secrets`, or nothing if no variable is set.

        Raises:
            ConfigError: a file cannot be read.
        """
        secrets = {
            match[1].lower(): _read(variable, value, is_file=bool(match[2])).split()
            for variable, value in os.environ.items()
            if (match := VARIABLE.fullmatch(variable))
        }
        return {"webhook_secrets": secrets} if secrets else {}


def _read(variable: str, value: str, *, is_file: bool) -> str:
    if not is_file:
        return value
    try:
        return Path(value).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{variable} names a file that cannot be read: {error}") from error
