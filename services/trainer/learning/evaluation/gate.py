"""Decide whether a candidate goes live."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from shared.config import Settings


@dataclass(frozen=True)
class Comparison:
    """A figure of the live version and of the candidate on the same images.

    None: it has no figure.
    """

    before: float | None
    after: float | None

    @property
    def gain(self) -> float:
        """Return how much better the candidate is; 0 if there is nothing to compare."""
        if self.after is None:
            return 0.0
        return self.after - (self.before or 0.0)


@dataclass(frozen=True)
class Evidence:
    """The figures that the gate judges.

    corrected: mean average precision on what was corrected since the live version learned. earlier:
    the same on what it had learned from. certain: share of the live version's certain tags, on
    uncorrected images, that the candidate also shows. spread: share of uncorrected images that get
    a tag of the vocabulary which they certainly lack, for the tag where it is largest.
    """

    corrected: Comparison
    earlier: Comparison
    certain: Comparison
    spread: float | None = None


@dataclass(frozen=True)
class Verdict:
    """Whether the candidate goes live, and the reason in a sentence."""

    promoted: bool
    reason: str


@dataclass(frozen=True)
class GateLimits:
    """The limits of the gate.

    min_gain: on new corrections, the gain must be larger. max_loss: on what was learned earlier.
    max_overruled: share of the live version's certain tags. It is large, because people who teach
    their own meaning of "T-shirt" overrule a network that is certain of another. max_spread: share
    of the pictures that certainly lack a tag.
    """

    min_gain: float
    max_loss: float
    max_overruled: float
    max_spread: float = 1.0

    @classmethod
    def configured(cls, settings: Settings) -> GateLimits:
        """Return the limits of a deployment."""
        return cls(
            settings.gate_min_gain,
            settings.gate_max_loss,
            settings.gate_max_overruled,
            settings.gate_max_spread,
        )


def decide_promotion(evidence: Evidence, limits: GateLimits) -> Verdict:
    """Promote a candidate only if it is better on new corrections and no worse elsewhere."""
    if evidence.corrected.after is None:
        return Verdict(False, "There are too few new corrections to measure the candidate.")
    if evidence.corrected.gain <= limits.min_gain:
        return Verdict(
            False,
            f"It is not better on corrected images: mean average precision "
            f"{_figures(evidence.corrected)}, and more than +{limits.min_gain:g} is asked for.",
        )
    harm = find_harm(evidence, limits)
    if harm is not None:
        return Verdict(False, harm)
    return Verdict(
        True,
        f"Mean average precision on corrected images {_figures(evidence.corrected)}; "
        "nothing else got worse than allowed.",
    )


def find_harm(evidence: Evidence, limits: GateLimits) -> str | None:
    """Return how a candidate harms other tags and images beyond the limits; None if it does not."""
    for comparison, most, what in (
        (
            evidence.earlier,
            limits.max_loss,
            "It unlearns earlier corrections: mean average precision on them",
        ),
        (
            evidence.certain,
            limits.max_overruled,
            "It drops what the live version is certain of: share kept",
        ),
    ):
        if comparison.gain < -most:
            return f"{what} {_figures(comparison)}; a loss of at most {most:g} is allowed."
    if evidence.spread is not None and evidence.spread > limits.max_spread:
        return (
            f"It gives a tag to {evidence.spread:.0%} of the pictures that certainly lack it; at "
            f"most {limits.max_spread:.0%} is allowed."
        )
    return None


def describe_evidence(evidence: Evidence, limits: GateLimits) -> dict[str, Any]:
    """Return the evidence and the limits for the report."""
    return {**asdict(evidence), "limits": asdict(limits)}


def _figures(comparison: Comparison) -> str:
    before = "none" if comparison.before is None else f"{comparison.before:.3f}"
    after = "none" if comparison.after is None else f"{comparison.after:.3f}"
    return f"{before} → {after}"
