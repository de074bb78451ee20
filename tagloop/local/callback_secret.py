"""The signing secret of a stack's callbacks: created once, stored in its data folder."""

import os
from pathlib import Path

from shared.api.signing import new_secret
from tagloop.local.errors import LocalStackError

PRIVATE_MODE = 0o600


def ensure_callback_secret(path: Path) -> None:
    """Create the secret if there is none. Receivers verify messages with the one in this file.

    Raises LocalStackError when it cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_MODE)
    except FileExistsError:
        return
    except OSError as error:
        raise LocalStackError(f"{path} cannot be written ({error.strerror}).") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(new_secret() + "\n")
