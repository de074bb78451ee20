"""Choose the precision in which a CPU computes the network."""

from dataclasses import dataclass
from typing import Literal

from services.worker.backbone.precision.measure import Measured
from shared.errors import ConfigError

Precision = Literal["f32", "bf16", "int8"]
# What a database keeps: float32 and bfloat16 embeddings are almost equal (cosine 0.999).
FLOAT, INT8 = "float", "int8"
# How much faster 8-bit integers have to be.
MIN_GAIN = 1.15


@dataclass(frozen=True)
class Choice:
    """A precision, and the reason in one sentence."""

    precision: Precision
    reason: str

    @property
    def family(self) -> str:
        """What a database keeps of it: `float` or `int8`."""
        return INT8 if self.precision == "int8" else FLOAT


def choose_precision(setting: str, agreed: str | None, measured: Measured) -> Choice:
    """Choose the setting's precision, or that of the database's embeddings, or the fastest.

    setting: TAGLOOP_PRECISION. agreed: `float`, `int8` or None, from the database.

    Raises:
        ConfigError: the setting names a precision that this processor or network does not have.
    """
    times = measured.milliseconds
    floating: Precision = "bf16" if "bf16" in times else "f32"
    spoken = ", ".join(f"{name} {spent:.1f} ms" for name, spent in times.items())
    on = f"a picture takes {spoken} on {measured.processor}"
    if setting != "auto":
        return Choice(_named(setting, measured), f"TAGLOOP_PRECISION is {setting!r}; {on}.")
    if agreed == INT8 and INT8 not in times:
        return Choice(
            floating,
            f"The database's embeddings are int8, which this machine does not have; {on}.",
        )
    if agreed is not None:
        precision: Precision = "int8" if agreed == INT8 else floating
        return Choice(precision, f"The database's embeddings are {agreed}; {on}.")
    if INT8 not in times:
        return Choice(floating, f"There is no int8 for this network here; {on}.")
    gain = times[floating] / times[INT8]
    if gain >= MIN_GAIN:
        return Choice("int8", f"int8 is {gain:.2f} times as fast as {floating}: {on}.")
    return Choice(
        floating,
        f"int8 is {gain:.2f} times as fast as {floating}, less than the {MIN_GAIN} required: {on}.",
    )


def _named(setting: str, measured: Measured) -> Precision:
    for precision in ("f32", "bf16", "int8"):
        if precision == setting and precision in measured.milliseconds:
            return precision
    have = ", ".join(measured.milliseconds)
    raise ConfigError(
        f"TAGLOOP_PRECISION is {setting!r}, which this network and processor "
        f"({measured.processor}) do not have; they have {have}. Set it to one of these, or to auto."
    )
