"""Settings from files that variables name."""

import os
from pathlib import Path
from typing import Any

from pydantic_settings import EnvSettingsSource

from shared.errors import ConfigError

PREFIX = "TAGLOOP_"


class SettingFileSource(EnvSettingsSource):
    """Reads settings from the files that `TAGLOOP_<NAME>_FILE` variables point to."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        """Return the stripped text of the file, or None where the variable is not set."""
        variable = f"{PREFIX}{field_name}_FILE".upper()
        path = os.environ.get(variable)
        if path is None:
            return None, field_name, False
        try:
            return Path(path).read_text().strip(), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{variable} names a file that cannot be read: {error}") from error
