"""Helpers of the scripts for the vendors' clients."""

from collections.abc import Callable
from typing import Any


def raises(error: type[Exception], call: Callable[[], object]) -> Any:
    """Call a function that has to raise the client's own exception; return the exception."""
    try:
        call()
    except error as found:
        return found
    raise AssertionError(f"no {error.__name__}")
