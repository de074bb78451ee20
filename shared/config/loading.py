"""Load the settings of this process, or say in one sentence what is wrong with them."""

import os
import re
import sys
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsError

from shared.config.settings import Settings
from shared.config.sources import PREFIX
from shared.config.unknown import refuse_unknown
from shared.errors import ConfigError

EXIT_MISCONFIGURED = 78  # EX_CONFIG of sysexits.h
PASSWORD = re.compile(r"(?<=://)[^/@]*(?=@)")


def load_settings(**overrides: Any) -> Settings:
    """Return the settings from the environment.

    Raises:
        ConfigError: a value is not allowed, or a variable is not a setting. The message names the
            variable, the value and the rule.
    """
    refuse_unknown(os.environ, Settings.model_fields.keys())
    try:
        return Settings(**overrides)
    except ValidationError as error:
        # Without the original error, which shows secrets and passwords in addresses.
        raise ConfigError(_describe(error.errors()[0])) from None
    except SettingsError as error:
        # How pydantic-settings reports a file that cannot be read.
        raise ConfigError(str(error.__cause__)) from error


def load_settings_or_exit() -> Settings:
    """Return the settings, or end the process with a sentence.

    For programs whose errors Celery would print as a traceback.
    """
    try:
        return load_settings()
    except ConfigError as error:
        print(error, file=sys.stderr)
        sys.exit(EXIT_MISCONFIGURED)


def _describe(wrong: ErrorDetails) -> str:
    variable = f"{PREFIX}{wrong['loc'][0]}".upper()
    if "SECRET" in variable:
        shown = "no secret that can be used"
    else:
        shown = PASSWORD.sub("***", repr(wrong["input"]))
    # The message of our own rule, without pydantic's "Value error" in front.
    rule = str(wrong["ctx"]["error"]) if wrong["type"] == "value_error" else wrong["msg"]
    rule = rule.replace("Input should be", "has to be")
    return f"{variable} is {shown}: {rule}."
