"""Steps of the fit that are much too long."""

import numpy as np
import pytest
import torch

from services.trainer.learning.fitting.fit import ExcludedPowers, _negative_log_likelihood
from shared.model.learned.exclusions import NO_GROUP, Exclusions


@pytest.mark.parametrize("high", [10.0, 150.0, 1e30])
@pytest.mark.parametrize("are_rivals", [False, True])
def test_the_gradient_of_a_step_that_is_too_long_leads_back(high: float, are_rivals: bool) -> None:
    logits = torch.tensor([[high, -5.0], [high, -high]], requires_grad=True)
    present = torch.tensor([[False, True], [False, True]])
    groups = np.full(2, 0 if are_rivals else NO_GROUP, np.int32)
    excluded = ExcludedPowers(Exclusions(groups, np.empty((0, 2), np.int32)))

    value = _negative_log_likelihood(logits, excluded, present, torch.ones(2, 2))
    value.backward()

    assert torch.isfinite(value)
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()
    # Less of what is not there, never more.
    assert (logits.grad[:, 0] >= 0).all()
