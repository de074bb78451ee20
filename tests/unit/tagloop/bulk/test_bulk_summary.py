"""The summary at the end of an upload."""

from rich.console import Console

from tagloop.bulk.events import Event, Outcome
from tagloop.bulk.summary import print_summary
from tagloop.bulk.tally import EXAMPLES_PER_REASON, Tally


def tallied(*events: Event) -> Tally:
    tally = Tally()
    for event in events:
        tally.add(event)
    return tally


def test_the_status_has_counts_rate_and_reasons() -> None:
    refused = [
        Event(Outcome.REFUSED, f"/p/{number}.jpg", "The file is empty")
        for number in range(EXAMPLES_PER_REASON + 1)
    ]
    tally = tallied(
        *[Event(Outcome.SENT, "/p/a.jpg"), Event(Outcome.TAGGED, "/p/a.jpg")] * 3,
        Event(Outcome.KNOWN, "/p/b.jpg"),
        *refused,
        Event(Outcome.UNREADABLE, "/p/caf\udce9", "Permission denied"),
    )
    console = Console(width=200)
    with console.capture() as capture:
        print_summary(tally, 2.0, console)
    lines = [line.split(maxsplit=1) for line in capture.get().splitlines()]
    rows = {text.strip(): count for count, text in lines}
    assert rows["sent"] == rows["tagged"] == "3"
    assert rows["already there"] == "1"
    assert rows["refused: The file is empty. (/p/0.jpg, /p/1.jpg, /p/2.jpg, …)"] == "4"
    assert rows["unreadable: Permission denied. (/p/caf\\xe9)"] == "1"
    assert rows["images/s, 2.0 s in total"] == "1.5"
    assert "failed" not in rows


def test_pictures_on_their_way_are_not_settled() -> None:
    tally = tallied(Event(Outcome.SENT, "a"), Event(Outcome.SENT, "b"), Event(Outcome.TAGGED, "a"))
    assert tally.settled == 1
    assert tally.is_all_well


def test_skipped_by_name_is_well_but_refused_is_not() -> None:
    assert tallied(Event(Outcome.NOT_A_PICTURE, "a"), Event(Outcome.HIDDEN, "b")).is_all_well
    assert not tallied(Event(Outcome.REFUSED, "a", "why")).is_all_well


def test_an_empty_folder_is_named_as_the_reason_for_all_the_zeros() -> None:
    console = Console(width=200)
    with console.capture() as capture:
        print_summary(tallied(), 2.0, console)

    assert capture.get().splitlines()[-1] == "There are no files there."
