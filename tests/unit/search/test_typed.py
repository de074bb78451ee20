"""Completion while a search is being typed."""

import pytest

from services.catalog.search.suggesting.typed import Typed, typed_at_end


@pytest.mark.parametrize(
    ("q", "parts"),
    [
        ("", [Typed(0, "")]),
        ("dog ", [Typed(4, "")]),
        ("dog", [Typed(0, "dog")]),
        ("polar b", [Typed(0, "polar b"), Typed(6, "b")]),
        ("-ca", [Typed(0, "ca", sign="-")]),
        ("(beach|se", [Typed(7, "se")]),
        ("cat, do", [Typed(5, "do")]),
        ("hot-air", [Typed(0, "hot-air")]),
        ('dog "golden re', [Typed(4, "golden re")]),
        ("dog owner:an", [Typed(4, "an", "owner")]),
        ('-owner:"anna b', [Typed(0, "anna b", "owner", sign="-")]),
        ("confidence > 0.", [Typed(0, "0.", "confidence", ">")]),
    ],
)
def test_the_unfinished_part_is_completed(q: str, parts: list[Typed]) -> None:
    assert typed_at_end(q) == parts
