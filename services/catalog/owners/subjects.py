"""Score what distinguishes an owner's pictures: log-odds with an informative Dirichlet prior."""

import math
from collections.abc import Mapping

# Weight of the prior in picture-days; it is distributed like all owners' tags.
PRIOR_WEIGHT = 100.0
# In picture-days: without it, a tag that no other owner has would have no prior.
MIN_PRIOR = 0.01


def score_tags(own: Mapping[int, float], others: Mapping[int, float]) -> dict[int, float]:
    """Return for each own tag how much more it is the owner's than others', as a z-score.

    own, others: weights by tag. After Monroe, Colaresi and Quinn, "Fightin' Words" (2008).
    """
    total_own, total_others = sum(own.values()), sum(others.values())
    total = total_own + total_others
    scores = {}
    for tag, weight in own.items():
        other = others.get(tag, 0.0)
        prior = max(PRIOR_WEIGHT * (weight + other) / total, MIN_PRIOR)
        here = _log_odds(weight, total_own, prior)
        there = _log_odds(other, total_others, prior)
        scores[tag] = (here - there) / math.sqrt(1 / (weight + prior) + 1 / (other + prior))
    return scores


def _log_odds(weight: float, total: float, prior: float) -> float:
    rest = max(total + PRIOR_WEIGHT - weight - prior, MIN_PRIOR)
    return math.log((weight + prior) / rest)
