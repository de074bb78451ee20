"""Refuse variables that look like settings but are not: most likely a typing error."""

import re
from collections.abc import Iterable, Set
from difflib import get_close_matches

from shared.config.renamed import FORMER_VARIABLES
from shared.config.sources import PREFIX
from shared.config.webhook_secrets import VARIABLE as WEBHOOK_SECRET
from shared.errors import ConfigError

# What the command line, docker-compose.yml and Grafana's data source read.
OTHERS = frozenset(
    f"{PREFIX}{name}"
    for name in (
        "SERVER",
        "KEY",
        "IMMICH_URL",
        "IMMICH_KEY",
        "IMMICH_KEY_FILE",
        "IMMICH_OWNER",
        "IMMICH_TAG",
        "VERSION",
        "ADDRESS",
        "PORT",
        "PROMETHEUS_PORT",
        "GRAFANA_PORT",
        "PROMETHEUS_URL",
    )
)
# What Kubernetes sets in every container for a service whose name begins with `tagloop`.
OF_KUBERNETES = re.compile(
    r"TAGLOOP(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP)(_\w+)?)?)"
)
MIN_LIKENESS = 0.8


def refuse_unknown(environment: Iterable[str], settings: Set[str]) -> None:
    """Refuse a misspelt setting: ignored, it could leave a door open.

    environment: names of variables. settings: names of settings, in lower case.

    Raises:
        ConfigError: a variable has the prefix of settings, but no setting has this name.
    """
    names = {f"{PREFIX}{name}".upper() for name in settings}
    known = names | {f"{name}_FILE" for name in names} | FORMER_VARIABLES.keys() | OTHERS
    for variable in sorted(environment):
        if (
            variable.startswith(PREFIX)
            and variable not in known
            and not WEBHOOK_SECRET.fullmatch(variable)
            and not OF_KUBERNETES.fullmatch(variable)
        ):
            close = get_close_matches(variable, known, 1, MIN_LIKENESS)
            advice = (
                f"did you mean {close[0]}?"
                if close
                else "docs/operations/README.md lists them all."
            )
            raise ConfigError(f"{variable} is not a setting of Tagloop; {advice}")
