"""Results of a search on the terminal."""

from rich.console import Console

from tagloop.client.documents import ReceivedImage, ReceivedTag
from tagloop.display.found_table import found_table

ID = "01a219f2-1526-76d9-a1a7-40b48d820e8b"
TAG = ReceivedTag("lizard", "green lizard of a long name", 0.9, ())


def test_ids_are_whole_on_a_narrow_terminal() -> None:
    document = {"filename": f"{'holidays ' * 5}.jpg", "source_url": None}
    console = Console(width=60)
    with console.capture() as capture:
        console.print(found_table([ReceivedImage(ID, "tagged", (TAG,), "", document)]))

    assert capture.get().startswith(f"{ID} ")
