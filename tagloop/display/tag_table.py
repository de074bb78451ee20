"""One picture's tags as a table."""

from rich.bar import Bar
from rich.console import Group
from rich.table import Table
from rich.text import Text

from tagloop.client.documents import ReceivedImage, ReceivedTag
from tagloop.client.names import printable

BAR_COLUMNS = 24
IMPLIED_STYLE = "dim"


def tag_table(source: str, image: ReceivedImage) -> Group:
    """Return a table with a row for each tag: name, confidence bar, percentage.

    Implied tags are dimmed. The title says how much of a damaged picture could be decoded.
    """
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column()
    table.add_column(width=BAR_COLUMNS)
    table.add_column(justify="right")
    implied = implied_tags(image.tags)
    for tag in image.tags:
        is_implied = tag.tag in implied
        style = IMPLIED_STYLE if is_implied else ""
        bar = Bar(1, 0, tag.confidence, color="bright_black" if is_implied else "green")
        table.add_row(Text(tag.name), bar, f"{tag.confidence:.0%}", style=style)
    if not image.tags:
        table.add_row(Text("no tag is sure enough; try --min-confidence 0.1", style=IMPLIED_STYLE))
    title = Text(printable(source), style="bold")
    if image.document.get("partial"):
        share = image.document["decoded_share"]
        title.append(f" (damaged: only {share:.0%} of it could be decoded)", style="yellow")
    return Group(title, table)


def implied_tags(tags: tuple[ReceivedTag, ...]) -> frozenset[str]:
    """Return the slugs of the tags that another tag of the picture implies."""
    return frozenset(parent for tag in tags for parent in tag.parents)
