"""The fine-tune: train a candidate on people's votes and decide whether it goes live."""

from __future__ import annotations

from services.trainer.learning.evaluation import gate
from services.trainer.learning.evaluation.evaluation import fit_and_predict
from services.trainer.learning.examples.dataset import DataSet
from services.trainer.learning.examples.held_out import folds_of
from services.trainer.learning.examples.training_set import TrainingSet
from services.trainer.learning.hashtags.comparing import fit_with_and_without
from services.trainer.learning.hashtags.teaching import TeachingHashtags
from services.trainer.learning.judging import CandidateJudge, judge_compared
from services.trainer.learning.trust.trust import Trust
from services.trainer.outcome import Finetuned, Progress
from shared.model.scorer import Scorer

# The share of the work, 0 to 1, at which the fits begin and end.
TRUST_DONE, FITTED = 0.3, 0.9


def finetune_on(
    data: DataSet,
    live: Scorer,
    recorded: dict[str, float],
    *,
    min_confidence: float,
    limits: gate.GateLimits,
    progress: Progress,
    hashtags: TeachingHashtags | None = None,
) -> Finetuned:
    """Train a candidate on all votes, compare it with the live version, and judge it.

    data.owner: the owner of the tags; None: shared tags. Other tags are not touched: the candidate
    has only these. recorded: the live version's average precision by slug, on images that it had
    not seen. progress is called with the current stage and the share that is done. hashtags: weak
    labels of these tags, used if people's decisions show that they help.
    """
    progress("weighing contributors", 0.0)
    training_set = TrainingSet.of(data, live, min_confidence)
    if training_set.is_empty:
        reason = "No tag has an example from a contributor who is trusted."
        return Finetuned("nothing", reason, training_set.counts(), None, live.model.version)
    progress("training", TRUST_DONE)
    targets = training_set.problem.targets(training_set.labels)
    slugs = [live.vocabulary.tags[column].slug for column in training_set.problem.tags.columns]
    compared = fit_with_and_without(
        training_set.problem,
        None if hashtags is None else hashtags.rows_for(training_set.problem, live),
        lambda problem: fit_and_predict(
            problem,
            training_set.labels,
            folds_of(data.ids, int(problem.is_negative_sample.sum())),
            lambda share: progress("training", TRUST_DONE + share * (FITTED - TRUST_DONE)),
        ),
        slugs,
        targets,
    )
    progress("comparing with the live version", FITTED)
    judge = CandidateJudge(
        training_set, data, live, recorded, slugs, targets, min_confidence, limits
    )
    judged, report = judge_compared(compared, judge.judge)
    return Finetuned(
        "promoted" if judged.verdict.promoted else "rejected",
        judged.verdict.reason + _aside(training_set.trust),
        {
            **training_set.counts(),
            **judged.figures,
            **({"hashtags": report} if report else {}),
        },
        judged.head,
        live.model.version,
        training_set.trust.standings,
    )


def _aside(trust: Trust) -> str:
    """Return a sentence on the votes that were set aside."""
    if not trust.set_aside:
        return ""
    return f" Votes set aside, because they contradict all others: {trust.set_aside}."
