"""The secret of a stack's callbacks: made once, kept in its data folder."""

import os
from pathlib import Path

from shared.api.signing import new_secret
from tagloop.local.errors import LocalStackError

PRIVATE_MODE = 0o600


def ensure_callback_secret(path: Path) -> None:
    """Make a secret where there is none; receivers need the one in this file to verify messages.

    Raises LocalStackError when it can't be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_MODE)
    except FileExistsError:
        return
    except OSError as error:
        raise LocalStackError(f"{path} cannot be written ({error.strerror}).") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(new_secret() + "\n")
