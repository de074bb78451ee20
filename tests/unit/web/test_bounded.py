"""Calls with a time limit to services that may hang."""

import threading

from shared.errors import Unavailable
from shared.web.figures.bounded import BoundedCall
from tests.support.conditions import wait_for


def test_an_answer_is_passed_on() -> None:
    assert BoundedCall(lambda: 7, seconds=5).get() == 7


def test_a_missing_path_gives_none() -> None:
    def ask() -> int:
        raise Unavailable

    assert BoundedCall(ask, seconds=5).get() is None


def test_a_hanging_service_is_asked_once_and_used_again_when_it_recovers() -> None:
    asked, released = [], threading.Event()

    def ask() -> int:
        asked.append(1)
        released.wait()
        return 7

    call = BoundedCall(ask, seconds=0.01)

    assert call.get() is None
    assert call.get() is None
    assert len(asked) == 1
    released.set()
    assert wait_for(call.get, "the answer") == 7


def test_the_last_answer_is_used_for_a_while_if_the_next_one_is_late() -> None:
    released = threading.Event()
    released.set()
    answer = 7

    def ask() -> int:
        released.wait()
        return answer

    call = BoundedCall(ask, seconds=0.05, keep_seconds=60)
    assert wait_for(lambda: call.get() == 7, "the first answer")
    released.clear()
    answer = 8
    assert call.get() == 7
    released.set()
    assert wait_for(lambda: call.get() == 8, "the next answer")


def test_a_paused_call_is_not_made() -> None:
    answers = iter((7, 8))
    call = BoundedCall(lambda: next(answers), seconds=5, rest_seconds=60)

    assert [call.get(), call.get()] == [7, 7]
