"""Filters and values that complete a word."""

from collections.abc import Iterator
from datetime import UTC, datetime

from services.catalog.search.language.filters import CAN_BE_NEGATED, KINDS, SOURCES, STATUSES
from services.catalog.search.suggesting.typed import Typed
from services.catalog.themes.table import load_themes

CONFIDENCES = ("0.5", "0.8", "0.9", "0.95")
COMPARED = "confidence"


def filters_like(typed: Typed) -> Iterator[str]:
    """Yield the filters that begin like a word; they still need a value."""
    text = typed.text.lower()
    for kind in KINDS:
        if text and kind.startswith(text) and (not typed.sign or kind in CAN_BE_NEGATED):
            yield typed.sign + kind + (">" if kind == COMPARED else ":")


def values_like(typed: Typed) -> Iterator[str]:
    """Yield filters with a value that begins like the typed one. Owners are in the database."""
    for value in _values_of(typed.kind):
        if value.startswith(typed.text.lower()) and value != typed.text:
            yield f"{typed.sign}{typed.kind}{typed.operator or ':'}{value}"


def _values_of(kind: str) -> tuple[str, ...]:
    if kind == "theme":
        return tuple(load_themes())
    if kind in ("after", "before"):
        today = datetime.now(UTC).date()
        return (today.isoformat(), f"{today:%Y-%m}", f"{today:%Y}", f"{today.year - 1}")
    return {"status": STATUSES, "source": SOURCES, COMPARED: CONFIDENCES}.get(kind, ())
