"""`python -m shared.config.settings_table`: write the table of all settings into the manual.

The manual is docs/operations/README.md. `--check` compares instead.
"""

import sys
from collections.abc import Set
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from shared.config import PREFIX, Settings

PAGE = Path(__file__).parents[2] / "docs" / "operations" / "README.md"
BEGIN = "<!-- settings: written by `python -m shared.config.settings_table` -->\n"
END = "<!-- end of settings -->\n"
TYPE_NAMES = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    Path: "folder",
    SecretStr: "secret",
    NoneType: "empty",
}
LIMITS = (("ge", "≥"), ("gt", ">"), ("le", "≤"), ("lt", "<"))


def render_table() -> str:
    """Return the settings in the order of `shared/config/settings.py`, as Markdown."""
    rows = ["| variable | type | default | meaning |", "| --- | --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        cells = (
            f"`{PREFIX}{name.upper()}`",
            describe_type(field),
            describe_default(field.default),
            field.description or "",
        )
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def describe_type(field: FieldInfo) -> str:
    """Describe the type of a setting and its limits."""
    limits = [
        f"{sign} {getattr(limit, name):,}"
        for limit in field.metadata
        for name, sign in LIMITS
        if hasattr(limit, name)
    ]
    return ", ".join([_name_of(field.annotation), *limits])


def _name_of(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin is dict:
        return "see the meaning"
    if isinstance(origin, type) and issubclass(origin, (Set, tuple, list)):
        return "JSON list"
    if arguments:
        return " or ".join(_name_of(argument) for argument in arguments)
    return TYPE_NAMES[annotation]


def describe_default(value: object) -> str:
    """Return a default as it would stand in the environment."""
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, (frozenset, tuple)):
        listed = ", ".join(f'"{item}"' for item in sorted(value))
        return f"`[{listed}]`" if listed else "none"
    if value in ("", None, {}):
        return "none"
    return f"`{value}`"


def page_with_table(page: str) -> str:
    """Return the page with the current table between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{render_table()}\n{END}{after}"


def main(arguments: list[str]) -> int:
    """Write the table, or compare with --check."""
    page = PAGE.read_text()
    if arguments == ["--check"]:
        if page_with_table(page) != page:
            print(f"{PAGE} is out of date; run: python -m shared.config.settings_table")
            return 1
        return 0
    PAGE.write_text(page_with_table(page))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
