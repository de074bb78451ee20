"""The manual's table of settings is complete."""

from shared.config import PREFIX, Settings
from shared.config.settings_table import PAGE, page_with_table, render_table


def test_the_manual_has_the_current_table() -> None:
    page = PAGE.read_text()

    assert page_with_table(page) == page, "run: python -m shared.config.settings_table"


def test_every_setting_has_a_meaning() -> None:
    table = render_table()

    for name, field in Settings.model_fields.items():
        assert f"`{PREFIX}{name.upper()}`" in table
        assert field.description
