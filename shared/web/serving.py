"""What every gunicorn of Tagloop checks before it serves."""

import sys

from gunicorn.arbiter import Arbiter

from shared.auth.loopback import refuse_open_door
from shared.config import load_settings
from shared.errors import ConfigError


def on_starting(server: Arbiter) -> None:
    """End with a sentence where others than this machine could come in without a key."""
    try:
        auth = load_settings().auth
        for address in server.cfg.address:
            # A Unix socket is a path: whoever reaches it is on this machine.
            if isinstance(address, tuple):
                refuse_open_door(auth, str(address[0]))
    except ConfigError as error:
        sys.exit(str(error))
