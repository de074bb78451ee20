"""Networks as text."""

from collections.abc import Iterator

from tagloop.admin.known_networks import KnownNetwork


def network_lines(network: KnownNetwork) -> Iterator[str]:
    """Yield the name of a network, and a line on it."""
    yield network.name
    facts = [
        network.words,
        f"embeddings of {network.dimensions:,} numbers",
        f"top-1 {network.top_1} (unchecked; see {network.source})",
        f"{network.size:,} MB",
        network.licence,
        "measured here" if network.tried else "not measured here",
        "weights on this machine" if network.is_here else "weights not on this machine",
    ]
    yield f"    {'; '.join(facts)}"
