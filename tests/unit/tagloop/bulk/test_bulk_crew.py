"""The threads of `tagloop add`, and an interruption in the middle of starting them."""

import threading

import pytest

from tagloop.bulk.crew import Crew


def test_a_crew_ends_though_one_of_its_threads_was_interrupted_in_its_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    errors: list[Exception] = []
    crew = Crew(errors.append)

    def work() -> None:
        crew.stop.wait()

    def interrupted(thread: threading.Thread) -> None:
        raise KeyboardInterrupt

    working = crew.start(work)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", interrupted)
        with pytest.raises(KeyboardInterrupt):
            crew.start(work)
    crew.end()
    assert not working.is_alive()
    assert errors == []
