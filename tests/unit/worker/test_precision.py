"""Which precision a worker chooses, and that integers cannot overflow."""

import pytest

from services.worker.backbone.precision.choose import choose_precision
from services.worker.backbone.precision.measure import Measured
from shared.errors import ConfigError

FAST = Measured("a processor", {"f32": 10.0, "bf16": 6.0, "int8": 4.0})
SLOW = Measured("a processor", {"f32": 10.0, "bf16": 4.4, "int8": 4.0})
WITHOUT_BF16 = Measured("a processor", {"f32": 10.0, "int8": 7.0})
WITHOUT_INT8 = Measured("a processor", {"f32": 10.0})


@pytest.mark.parametrize(
    ("setting", "agreed", "measured", "chosen"),
    [
        ("auto", None, FAST, "int8"),
        ("auto", None, SLOW, "bf16"),
        ("auto", None, WITHOUT_BF16, "int8"),
        ("auto", None, WITHOUT_INT8, "f32"),
        ("auto", "float", FAST, "bf16"),
        ("auto", "float", WITHOUT_BF16, "f32"),
        ("auto", "int8", SLOW, "int8"),
        ("auto", "int8", WITHOUT_INT8, "f32"),
        ("f32", "int8", FAST, "f32"),
        ("int8", "float", SLOW, "int8"),
    ],
)
def test_the_setting_wins_then_the_database_then_speed(
    setting: str, agreed: str | None, measured: Measured, chosen: str
) -> None:
    choice = choose_precision(setting, agreed, measured)

    assert choice.precision == chosen
    assert measured.processor in choice.reason


def test_a_precision_that_the_processor_lacks_is_refused_with_those_it_has() -> None:
    with pytest.raises(ConfigError, match=r"TAGLOOP_PRECISION is 'bf16'.*they have f32, int8"):
        choose_precision("bf16", None, WITHOUT_BF16)
