"""Phrases that have to be read twice stay out of code and documents."""

import re

import pytest

from tests.compose.file import PROJECT_ROOT

ROOMS = ("shared", "services", "tagloop", "bench", "deploy", "docs")
KINDS = ("*.py", "*.md", "*.yml", "*.conf")
# Released migrations do not change, and the schema's comments have to equal theirs.
EXEMPT = ("shared/db/migrate", "shared/db/schema")
RIDDLES = re.compile(
    r"\b(?:those of the|anew|whoever|by and by|somebody|how far .{1,40} (?:are|is))\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_no_phrase_that_must_be_read_twice(room: str) -> None:
    found = [
        f"{path.relative_to(PROJECT_ROOT)}:{number}: {line.strip()}"
        for kind in KINDS
        for path in sorted((PROJECT_ROOT / room).rglob(kind))
        if not path.is_relative_to(PROJECT_ROOT / EXEMPT[0])
        and not path.is_relative_to(PROJECT_ROOT / EXEMPT[1])
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if RIDDLES.search(line)
    ]

    assert not found, "\n".join(found)
