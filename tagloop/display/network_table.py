"""Networks as a table, and the change from one to another as sentences."""

from collections.abc import Iterator, Sequence

from rich.table import Table

from tagloop.client.names import printable
from tagloop.client.teaching_documents import StoredNetwork, SwitchStatus
from tagloop.display.progress import describe_switch


def network_table(networks: Sequence[StoredNetwork]) -> Table:
    """Return a table with a row for each network that has made embeddings."""
    table = Table(box=None, pad_edge=False)
    for title in ("network", "state", "version", "dimensions", "embeddings"):
        table.add_column(title)
    for network in networks:
        state = "live" if network.is_live else "former" if network.version else "not live yet"
        table.add_row(
            network.name,
            state,
            str(network.version or ""),
            f"{network.dimensions:,}",
            f"{network.embeddings:,}",
            style="bold" if network.is_live else "",
        )
    return table


def describe_last(switch: SwitchStatus | None) -> Iterator[str]:
    """Yield sentences about the last change of the network, and what it could not embed."""
    if switch is None:
        return
    if switch.is_over:
        yield f"Switch to {switch.backbone}: {switch.status}. {switch.reason}".rstrip()
    else:
        yield f"Switch to {switch.backbone}: {describe_switch(switch)[0]}."
    if switch.skipped:
        yield f"{switch.skipped:,} images cannot be embedded, and keep their tags:"
    for image, reason in switch.skipped_images:
        yield f"  {image}  {printable(reason)}"
