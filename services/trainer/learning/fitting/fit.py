"""Trains the classifiers of learned tags on stored embeddings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import logsigmoid

from services.trainer.learning.examples.targets import Targets
from services.trainer.learning.fitting.subspace import Subspace
from shared.model.learned_tags import MAX_LOGIT, compete, features, log_odds

# Penalties on squares. Half or twice as much changes little: docs/learning.md has the figures.
WEIGHT_PENALTY = 0.5
BIAS_PENALTY = 0.01
SCALE_PENALTY = 1.0
# The classifier sees the embedding that the network's word is based on. Believed in full, that word
# would count twice.
PRIOR_SHARE = 0.5
SCALE_STEPS = 30
STEPS = 60
# Earlier gradients that L-BFGS remembers.
HISTORY = 20
MIN_WEIGHT = 1e-6


@dataclass(frozen=True)
class Examples:
    """What to learn from.

    features: (images, kept) float32, see `shared.model.learned_tags.features`, in a subspace.
    network: (images, tags) float32, log-odds by the network itself, 0 for tags that people made.
    """

    features: NDArray[np.float32]
    network: NDArray[np.float32]

    @classmethod
    def of(
        cls,
        subspace: Subspace,
        embeddings: NDArray[np.float16],
        network: NDArray[np.float32],
        is_custom: NDArray[np.bool_],
    ) -> Examples:
        """Embeddings (images, dimensions) and the network's probabilities (images, tags)."""
        return cls(
            subspace.project(features(embeddings)),
            np.where(is_custom, np.float32(0), log_odds(network)),
        )

    def rows(self, chosen: NDArray[np.bool_]) -> Examples:
        """Only some of the images; chosen: (images,)."""
        return Examples(self.features[chosen], self.network[chosen])

    def columns(self, chosen: NDArray[np.intp]) -> Examples:
        """What is needed for some of the tags; chosen: (fewer tags,) positions."""
        return Examples(self.features, np.ascontiguousarray(self.network[:, chosen]))

    def above(self, other: Examples) -> Examples:
        """These images, then others."""
        return Examples(
            np.concatenate([self.features, other.features]),
            np.concatenate([self.network, other.network]),
        )


@dataclass(frozen=True)
class Classifiers:
    """The trained parameters of `shared.model.learned_tags.Taught`, over features in a subspace."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    prior: NDArray[np.float32]
    exclusive: NDArray[np.bool_]

    def probabilities(self, examples: Examples) -> NDArray[np.float32]:
        """Of every tag on every image, (images, tags)."""
        logits = examples.features @ self.weight + self.bias + self.prior * examples.network
        return compete(logits, self.exclusive)


def fit(
    examples: Examples,
    targets: Targets,
    exclusive: NDArray[np.bool_],
    is_custom: NDArray[np.bool_],
) -> Classifiers:
    """Logistic regression with the classes of each tag balanced; the same data, the same result.

    exclusive: (tags, tags). is_custom: (tags,).

    First the network's log-odds are scaled to people's words (Platt 1999); then classifiers learn
    what is still missing, all tags at once, because mutually exclusive tags share a softmax.
    """
    present = torch.from_numpy(targets.present)
    weight = _balanced(targets)
    network = torch.from_numpy(examples.network)
    scale, bias = _fit_scale(network, present, weight)
    prior = PRIOR_SHARE * scale.clamp(min=0) * torch.from_numpy(~is_custom)
    # Centred, so that the penalty on the weights does not hold back what is common to all images.
    # (Of no images at all, as in a fold that holds the only one, there is no centre.)
    images = max(len(examples.features), 1)
    centre = examples.features.sum(axis=0) / np.float32(images)
    inputs = torch.from_numpy(examples.features - centre)
    offset = prior * network
    weights = torch.zeros((inputs.shape[1], len(is_custom)), requires_grad=True)
    bias = bias.clone().requires_grad_(True)
    shut_out = torch.from_numpy(exclusive.astype(np.float32)).fill_diagonal_(0)

    def loss() -> Tensor:
        logits = inputs @ weights + bias + offset
        fitted = _negative_log_likelihood(logits, shut_out, present, weight)
        return fitted + WEIGHT_PENALTY / 2 * weights.square().sum() + _bias_penalty(bias)

    _minimise(loss, [weights, bias], STEPS)
    trained = weights.detach().numpy()
    return Classifiers(trained, bias.detach().numpy() - centre @ trained, prior.numpy(), exclusive)


def warm_up() -> None:
    """Have torch load what it loads at the first fit: two seconds that nobody should wait for."""
    images = Examples(np.eye(2, dtype=np.float32), np.zeros((2, 1), np.float32))
    targets = Targets(np.array([[True], [False]]), np.ones((2, 1), np.float32))
    fit(images, targets, np.eye(1, dtype=np.bool_), np.array([True]))


def _balanced(targets: Targets) -> Tensor:
    """Weights with which a tag's positives and its negatives count alike.

    Each side counts as much as the positives; where there are none, as what people removed.
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


def _fit_scale(network: Tensor, present: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """How much of the network's log-odds, and which bias, fit best: two (tags,) tensors."""
    scale = torch.ones(network.shape[1], requires_grad=True)
    bias = torch.zeros(network.shape[1], requires_grad=True)

    def loss() -> Tensor:
        logits = scale * network + bias
        likelihood = torch.where(present, logsigmoid(logits), logsigmoid(-logits))
        distance = SCALE_PENALTY / 2 * (scale - 1).square().sum()
        return distance + _bias_penalty(bias) - (weight * likelihood).sum()

    _minimise(loss, [scale, bias], SCALE_STEPS)
    return scale.detach(), bias.detach()


def _bias_penalty(bias: Tensor) -> Tensor:
    return BIAS_PENALTY / 2 * bias.square().sum()


def _negative_log_likelihood(
    logits: Tensor, shut_out: Tensor, present: Tensor, weight: Tensor
) -> Tensor:
    """Of probabilities as `shared.model.learned_tags.compete` makes them.

    shut_out: (tags, tags), 1 for mutually exclusive tags, 0 on the diagonal.
    """
    # The line search also tries steps that are far too long, and they must have a likelihood.
    kept = logits.clamp(-MAX_LOGIT, MAX_LOGIT)
    powers = torch.exp(kept)
    left = 1 + powers @ shut_out
    likelihood = torch.where(present, kept, torch.log(left)) - torch.log(left + powers)
    return -(weight * likelihood).sum()


def _minimise(loss: Callable[[], Tensor], parameters: list[Tensor], steps: int) -> None:
    """L-BFGS over the whole data set: no learning rate, no order of examples, no seed."""
    optimizer = torch.optim.LBFGS(
        parameters, max_iter=steps, history_size=HISTORY, line_search_fn="strong_wolfe"
    )

    def closure() -> float:
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value.item()

    optimizer.step(closure)
