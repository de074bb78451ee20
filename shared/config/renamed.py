"""Settings under the names that they had in the previous release."""

import os
import warnings
from typing import Any

from pydantic_settings import EnvSettingsSource

from shared.config.sources import PREFIX

# New names by former name. A line stays for one release.
FORMER_NAMES = {
    "gate_least_gain": "gate_min_gain",
    "gate_most_loss": "gate_max_loss",
    "gate_most_overruled": "gate_max_overruled",
}
FORMER_VARIABLES = {
    f"{PREFIX}{former}".upper(): f"{PREFIX}{name}".upper() for former, name in FORMER_NAMES.items()
}


class RenamedSource(EnvSettingsSource):
    """Reads variables with a former name, and warns with the new one."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        """Return the value of the former variable, or None where it is not set."""
        variable = f"{PREFIX}{field_name}".upper()
        for former, name in FORMER_VARIABLES.items():
            if name == variable and former in os.environ:
                warnings.warn(
                    f"{former} is now called {name}; the next release no longer reads {former}.",
                    FutureWarning,
                    stacklevel=2,
                )
                return os.environ[former], field_name, False
        return None, field_name, False
