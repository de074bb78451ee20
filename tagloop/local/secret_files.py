"""The secrets of a stack: each created once, stored in its data folder."""

import os
from collections.abc import Callable
from pathlib import Path

from tagloop.local.errors import LocalStackError

PRIVATE_MODE = 0o600


def ensure_secret(path: Path, make: Callable[[], str]) -> None:
    """Create a secret if there is none, readable by its user only.

    Raises LocalStackError when it cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_MODE)
    except FileExistsError:
        return
    except OSError as error:
        raise LocalStackError(f"{path} cannot be written ({error.strerror}).") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(make() + "\n")
