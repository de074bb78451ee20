"""Repeat calls while the server is busy or the connection is lost."""

import time
from collections.abc import Callable
from threading import Event
from typing import TypeVar

from tagloop.client.errors import NoAnswer, ServerBusy, ServerFailed

GIVE_UP_SECONDS = 60.0
FIRST_PAUSE_SECONDS = 0.5
MAX_PAUSE_SECONDS = 8.0

T = TypeVar("T")


class Stopped(Exception):
    """The call was stopped, and its answer is not needed any more."""


def patiently(call: Callable[[], T], stop: Event) -> T:
    """Repeat a call until it is answered, for as long as the server says that it is busy.

    Raises NoAnswer or ServerFailed if the call fails in these ways for a minute, and Stopped when
    `stop` is set during a pause.
    """
    pause = FIRST_PAUSE_SECONDS
    last_sign_of_life = time.monotonic()
    while True:
        try:
            return call()
        except ServerBusy as busy:
            pause = FIRST_PAUSE_SECONDS
            is_stopped = stop.wait(busy.retry_after_seconds)
            last_sign_of_life = time.monotonic()
        except (NoAnswer, ServerFailed):
            if time.monotonic() - last_sign_of_life > GIVE_UP_SECONDS:
                raise
            is_stopped = stop.wait(pause)
            pause = min(2 * pause, MAX_PAUSE_SECONDS)
        if is_stopped:
            raise Stopped
