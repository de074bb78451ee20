"""Train the classifiers of learned tags on stored embeddings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import logsigmoid

from services.trainer.learning.examples.targets import Targets
from services.trainer.learning.fitting.examples import Examples
from shared.model.learned.exclusions import Exclusions
from shared.model.learned.tags import MAX_LOGIT, compete

# L2 penalties. Half or twice as much changes little: docs/learning/README.md has the figures.
WEIGHT_PENALTY = 0.5
BIAS_PENALTY = 0.01
SCALE_PENALTY = 1.0
# The classifier sees the embedding that the network's log-odds come from. At full weight they would
# count twice.
PRIOR_SHARE = 0.5
SCALE_STEPS = 30
STEPS = 60
# Number of earlier gradients that L-BFGS keeps.
HISTORY = 20
MIN_WEIGHT = 1e-6


@dataclass(frozen=True)
class Classifiers:
    """The trained parameters of `shared.model.learned.tags.Taught`, over features in a subspace."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    prior: NDArray[np.float32]
    exclusions: Exclusions

    def probabilities(self, examples: Examples) -> NDArray[np.float32]:
        """Return the probabilities, (images, tags)."""
        return compete(self.logits(examples), self.exclusions)

    def logits(self, examples: Examples) -> NDArray[np.float32]:
        """Return the logits, (images, tags), before exclusive tags compete."""
        return examples.features @ self.weight + self.bias + self.prior * examples.network


class ExcludedPowers:
    """The sums of `shared.model.learned.exclusions`, in a form that torch can differentiate."""

    def __init__(self, exclusions: Exclusions) -> None:
        tags = len(exclusions.groups)
        self.is_empty = exclusions.is_empty
        self._groups = [
            torch.from_numpy((exclusions.groups == group).astype(np.float64))
            for group in np.unique(exclusions.groups[exclusions.groups >= 0])
        ]
        pairs = np.concatenate([exclusions.compatible, exclusions.compatible[:, ::-1]])
        self._compatible = torch.sparse_coo_tensor(
            torch.from_numpy(pairs.T.astype(np.int64)),
            torch.ones(len(pairs), dtype=torch.float64),
            (tags, tags),
            check_invariants=False,
        ).coalesce()

    def sums(self, powers: Tensor) -> Tensor:
        """Return for each tag the sum over the tags that it excludes: (n, tags) to (n, tags)."""
        total = torch.zeros_like(powers)
        for members in self._groups:
            of_group = powers * members
            total = total + (of_group.sum(dim=1, keepdim=True) - of_group) * members
        if self._compatible.values().numel():
            total = total - torch.sparse.mm(self._compatible, powers.T).T
        # Rounding may make a difference slightly negative.
        return total.clamp(min=0)


def fit(
    examples: Examples,
    targets: Targets,
    exclusions: Exclusions,
    is_custom: NDArray[np.bool_],
    smoothing: NDArray[np.float32] | None = None,
) -> Classifiers:
    """Fit a logistic regression with balanced classes for each tag.

    The same data give the same result.

    is_custom: (tags,). smoothing: (images,), how uncertain the positives of an image are (label
    smoothing, Szegedy et al. 2016); None: none is.

    First the network's log-odds are scaled to people's corrections (Platt 1999). Then classifiers
    learn what is still missing, all tags at once, because mutually exclusive tags share a softmax.
    """
    present = torch.from_numpy(targets.present)
    weight = _balanced(targets)
    smooth = _smooth(present, smoothing)
    network = torch.from_numpy(examples.network)
    scale, bias = _fit_scale(network, present, weight, smooth)
    prior = PRIOR_SHARE * scale.clamp(min=0) * torch.from_numpy(~is_custom)
    # Centred, so that the weight penalty does not restrict what is common to all images.
    # (There may be no images: a fold may hold the only one.)
    images = max(len(examples.features), 1)
    centre = examples.features.sum(axis=0) / np.float32(images)
    inputs = torch.from_numpy(examples.features - centre)
    offset = prior * network
    weights = torch.zeros((inputs.shape[1], len(is_custom)), requires_grad=True)
    bias = bias.clone().requires_grad_(True)
    excluded = ExcludedPowers(exclusions)

    def loss() -> Tensor:
        logits = inputs @ weights + bias + offset
        fitted = _negative_log_likelihood(logits, excluded, present, weight, smooth)
        return fitted + WEIGHT_PENALTY / 2 * weights.square().sum() + _bias_penalty(bias)

    _minimise(loss, [weights, bias], STEPS)
    trained = weights.detach().numpy()
    return Classifiers(trained, bias.detach().numpy() - centre @ trained, prior.numpy(), exclusions)


def warm_up() -> None:
    """Run a tiny fit, so that the first real one does not wait two seconds for torch to load."""
    images = Examples(np.eye(2, dtype=np.float32), np.zeros((2, 1), np.float32))
    targets = Targets(np.array([[True], [False]]), np.ones((2, 1), np.float32))
    fit(images, targets, Exclusions.none(1), np.array([True]))


def _balanced(targets: Targets) -> Tensor:
    """Return weights that make a tag's positives and negatives count equally.

    Each side counts as much as the positives; without positives, as much as what people removed.
    """
    weight = targets.weight
    positive = np.where(targets.present, weight, 0).sum(axis=0)
    negative = np.where(targets.present, 0, weight).sum(axis=0)
    given = np.where(positive > 0, positive, targets.said)
    factor = np.where(
        targets.present,
        given / np.maximum(positive, MIN_WEIGHT),
        given / np.maximum(negative, MIN_WEIGHT),
    )
    return torch.from_numpy((weight * factor).astype(np.float32))


def _smooth(present: Tensor, smoothing: NDArray[np.float32] | None) -> Tensor | float:
    """Return how much of each positive counts as a negative, (images, tags) or 0."""
    if smoothing is None:
        return 0.0
    return torch.from_numpy(smoothing)[:, None] * present


def _fit_scale(
    network: Tensor, present: Tensor, weight: Tensor, smooth: Tensor | float
) -> tuple[Tensor, Tensor]:
    """Return the scale and bias, (tags,) each, that fit the network's log-odds best."""
    scale = torch.ones(network.shape[1], requires_grad=True)
    bias = torch.zeros(network.shape[1], requires_grad=True)

    def loss() -> Tensor:
        logits = scale * network + bias
        likelihood = torch.where(present, logsigmoid(logits), logsigmoid(-logits))
        likelihood = likelihood - smooth * logits
        distance = SCALE_PENALTY / 2 * (scale - 1).square().sum()
        return distance + _bias_penalty(bias) - (weight * likelihood).sum()

    _minimise(loss, [scale, bias], SCALE_STEPS)
    return scale.detach(), bias.detach()


def _bias_penalty(bias: Tensor) -> Tensor:
    return BIAS_PENALTY / 2 * bias.square().sum()


def _negative_log_likelihood(
    logits: Tensor,
    excluded: ExcludedPowers,
    present: Tensor,
    weight: Tensor,
    smooth: Tensor | float = 0.0,
) -> Tensor:
    """Return the loss of probabilities as `shared.model.learned.tags.compete` makes them."""
    # The line search also tries far too long steps, whose likelihood must be finite.
    kept = logits.clamp(-MAX_LOGIT, MAX_LOGIT)
    if excluded.is_empty:
        likelihood = torch.where(present, logsigmoid(kept), logsigmoid(-kept)) - smooth * kept
    else:
        powers = torch.exp(kept.double())
        left = 1 + excluded.sums(powers)
        none = torch.log(left)
        certain = torch.where(present, kept, none) - torch.log(left + powers)
        likelihood = certain - smooth * (kept - none)
    return -(weight * likelihood).sum()


def _minimise(loss: Callable[[], Tensor], parameters: list[Tensor], steps: int) -> None:
    """Minimise by L-BFGS over the whole data set, without learning rate or seed."""
    optimizer = torch.optim.LBFGS(
        parameters, max_iter=steps, history_size=HISTORY, line_search_fn="strong_wolfe"
    )

    def closure() -> float:
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value.item()

    optimizer.step(closure)
