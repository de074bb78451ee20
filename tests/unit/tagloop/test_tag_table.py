"""Tags on the terminal."""

from rich.console import Console

from tagloop.client.documents import ReceivedImage, ReceivedTag
from tagloop.display.tag_table import implied_tags, tag_table

BEAGLE = ReceivedTag("beagle", "beagle", 0.9, ("hound",))
HOUND = ReceivedTag("hound", "hound dog", 0.95, ("dog",))


def render(source: str, *tags: ReceivedTag) -> str:
    console = Console(width=80, force_terminal=False)
    with console.capture() as capture:
        console.print(tag_table(source, ReceivedImage("id", "tagged", tags, "", {})))
    return capture.get()


def test_a_row_for_each_tag() -> None:
    title, first, second = render("[bold]a.jpg", BEAGLE, HOUND).splitlines()
    assert title == "[bold]a.jpg", "names are no markup"
    assert first.startswith("beagle")
    assert "█" in first
    assert first.rstrip().endswith("90%")
    assert second.startswith("hound dog")


def test_the_bar_grows_with_the_confidence() -> None:
    _, first, second = render("a.jpg", HOUND, ReceivedTag("cat", "cat", 0.1, ())).splitlines()
    assert first.count("█") > second.count("█")


def test_wider_tags_count_as_implied() -> None:
    assert implied_tags((BEAGLE, HOUND)) == {"hound", "dog"}


def test_no_tag_at_all() -> None:
    assert "no tag is sure enough" in render("a.jpg")


def test_a_damaged_picture_says_how_much_of_it_was_seen() -> None:
    document = {"partial": True, "decoded_share": 0.47}
    console = Console(width=80)
    with console.capture() as capture:
        console.print(tag_table("a.jpg", ReceivedImage("id", "tagged", (HOUND,), "", document)))

    assert capture.get().startswith("a.jpg (damaged: only 47% of it could be decoded)")
