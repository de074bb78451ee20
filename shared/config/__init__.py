"""Every setting of Tagloop: parsed once, typed, from the environment.

`TAGLOOP_<NAME>` sets the setting `<name>`; `TAGLOOP_<NAME>_FILE` names a file that holds its value,
for secrets that should not stand in an environment.
"""

from shared.config.loading import load_settings, load_settings_or_exit
from shared.config.settings import Settings
from shared.config.sources import PREFIX

__all__ = ["PREFIX", "Settings", "load_settings", "load_settings_or_exit"]
