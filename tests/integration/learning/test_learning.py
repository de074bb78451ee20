"""What a fine-tune learns from corrections, on real photographs embedded by the real network."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from services.trainer.learning.evaluation.breadth import MIN_LABELLED
from services.trainer.learning.evaluation.certainty import MIN_IMAGES
from services.trainer.learning.evaluation.metrics import average_precision
from services.trainer.learning.run import recorded_precision
from services.trainer.learning.teach import teach_one
from services.trainer.outcome import Finetuned
from services.worker.backbone import Backbone
from shared.model.scorer import Scorer
from tests.support.learning.learning import (
    MIN_CONFIDENCE,
    Said,
    data_set,
    embed_crops,
    learn,
    promoted,
    untaught,
)

TRAINED, TESTED, OTHERS = 24, 24, 48
# Tags that people made, by the photograph that they give them to: what the network has no word for.
KINDS = {
    "my-cat": "cat",
    "breakfast": "coffee",
    "launch": "rocket",
    "crew": "astronaut",
    "workshop": "motorcycle",
    "garden": "flower",
}


@dataclass(frozen=True)
class World:
    """Crops of photographs; kinds gives the right custom tag of each."""

    live: Scorer
    trained: NDArray[np.float16]
    tested: NDArray[np.float16]
    others: NDArray[np.float16]

    @property
    def truth(self) -> list[str]:
        """The right tag of each trained image."""
        return [slug for slug in KINDS for _ in range(TRAINED)]

    def quality(self, scorer: Scorer) -> float:
        """Return the mean average precision of the custom tags on uncorrected images."""
        columns = [scorer.vocabulary.index(slug) for slug in KINDS]
        probabilities = scorer.tag_probabilities(self.tested)[:, columns]
        kinds = np.repeat(np.arange(len(KINDS)), TESTED)
        averages = [
            average_precision(probabilities[:, kind], kinds == kind) for kind in range(len(KINDS))
        ]
        return float(np.mean([average for average in averages if average is not None]))


@pytest.fixture(scope="module")
def world(backbone: Backbone, photos: dict[str, Path]) -> World:
    def crops(count: int, seed: int) -> NDArray[np.float16]:
        return np.concatenate(
            [embed_crops(backbone, photos[photo], count, seed) for photo in KINDS.values()]
        )

    return World(
        untaught(backbone, list(KINDS)),
        crops(TRAINED, seed=1),
        crops(TESTED, seed=2),
        embed_crops(backbone, photos["temple"], OTHERS, seed=3),
    )


def everyone_right(world: World, users: int = 1, *, learned: bool = False) -> list[Said]:
    """Return votes: each image gets its tag, the images dealt out to the users in turn."""
    return [
        Said(image, slug, by=f"user {image % users:02}", learned=learned)
        for image, slug in enumerate(world.truth)
    ]


def test_a_fine_tune_learns_what_people_add_and_goes_live(world: World) -> None:
    outcome = learn(
        data_set(world.live, world.trained, everyone_right(world), sampled=world.others),
        world.live,
    )

    assert outcome.status == "promoted", outcome.reason
    assert world.quality(world.live) < 0.5
    assert world.quality(promoted(world.live, outcome)) > 0.95
    assert set(outcome.report["tags"]) == set(KINDS)


def test_it_learns_where_every_image_is_corrected(world: World) -> None:
    outcome = learn(data_set(world.live, world.trained, everyone_right(world)), world.live)

    assert outcome.status == "promoted", outcome.reason


@pytest.mark.parametrize("images", [1, 2, 3])
def test_a_handful_of_corrections_proves_nothing_and_breaks_nothing(
    world: World, images: int
) -> None:
    said = [Said(image, "my-cat") for image in range(images)]
    said += [Said(image, "egyptian-cat", present=False) for image in range(images)]

    outcome = learn(data_set(world.live, world.trained[:images], said), world.live)

    assert outcome.status == "rejected", outcome.reason
    assert np.isfinite(promoted(world.live, outcome).tag_probabilities(world.tested)).all()


def test_nothing_is_learned_where_every_correction_was_undone(world: World) -> None:
    earlier = everyone_right(world, learned=True)

    outcome = learn(data_set(world.live, world.trained, [], earlier=earlier), world.live)

    assert outcome.status == "nothing"


def test_the_same_data_give_the_same_head(world: World) -> None:
    data = data_set(world.live, world.trained, everyone_right(world), sampled=world.others)

    heads = [learn(data, world.live).head for _ in range(2)]

    assert heads[0] is not None
    assert heads[1] is not None
    assert heads[0].to_bytes() == heads[1].to_bytes()


def test_tags_without_corrections_stay_as_they_were(world: World) -> None:
    outcome = learn(
        data_set(world.live, world.trained, everyone_right(world), sampled=world.others),
        world.live,
    )

    network = world.live.vocabulary.word_count
    before = world.live.tag_probabilities(world.others)[:, :network]
    after = promoted(world.live, outcome).tag_probabilities(world.others)[:, :network]
    np.testing.assert_array_equal(before, after)


def test_a_network_tag_that_people_remove_is_unlearned_and_other_tags_stay(
    world: World,
) -> None:
    cats = [image for image, slug in enumerate(world.truth) if slug == "my-cat"]
    column = world.live.vocabulary.index("egyptian-cat")
    probability = world.live.tag_probabilities(world.trained)[:, column]
    wrong = [image for image in cats if probability[image] >= MIN_CONFIDENCE]
    said = [Said(image, "egyptian-cat", present=False) for image in wrong]

    outcome = learn(data_set(world.live, world.trained, said, sampled=world.others), world.live)

    learned = promoted(world.live, outcome)
    assert wrong
    assert learned.tag_probabilities(world.trained)[wrong, column].max() < MIN_CONFIDENCE
    dog = world.live.vocabulary.index("dog")
    before = world.live.tag_probabilities(world.tested)[:, dog]
    assert np.abs(learned.tag_probabilities(world.tested)[:, dog] - before).max() < 0.01


@pytest.mark.parametrize("every_tag", [True, False])
def test_a_tenth_of_the_users_who_lie_cost_less_than_a_point(world: World, every_tag: bool) -> None:
    users, liars = 20, 2

    def said(image: int, truth: str) -> list[Said]:
        user = image % users
        lies = user < liars
        asked = KINDS if every_tag else [truth]
        return [Said(image, slug, (slug == truth) != lies, f"user {user:02}") for slug in asked]

    honest = learn(
        data_set(world.live, world.trained, everyone_right(world, users), sampled=world.others),
        world.live,
    )
    words = [word for image, truth in enumerate(world.truth) for word in said(image, truth)]
    outcome = learn(data_set(world.live, world.trained, words, sampled=world.others), world.live)

    lost = world.quality(promoted(world.live, honest)) - world.quality(
        promoted(world.live, outcome)
    )
    assert lost <= 0.01
    if every_tag:
        assert outcome.report["contributors_set_aside"] == ["user 00", "user 01"]


@pytest.fixture(scope="module")
def learned(world: World) -> tuple[Scorer, dict[str, float]]:
    """A live version that learned from a good night, and what was measured then."""
    outcome = learn(
        data_set(world.live, world.trained, everyone_right(world), sampled=world.others),
        world.live,
    )
    return promoted(world.live, outcome), recorded_precision(outcome.report)


@pytest.mark.parametrize("culprit", ["user 00", "somebody else"])
def test_a_night_of_poisoned_corrections_is_rejected(
    world: World, learned: tuple[Scorer, dict[str, float]], culprit: str
) -> None:
    live, recorded = learned
    good = everyone_right(world, learned=True)
    slugs = list(KINDS)
    bad = []
    for image, slug in enumerate(world.truth):
        wrong = slugs[(slugs.index(slug) + 1) % len(slugs)]
        bad += [Said(image, wrong, by=culprit), Said(image, slug, present=False, by=culprit)]
    kept = [] if culprit == "user 00" else good
    data = data_set(live, world.trained, [*kept, *bad], earlier=good, sampled=world.others)

    outcome = learn(data, live, recorded)

    assert outcome.status == "rejected"
    assert outcome.report["gate"]["limits"]
    if culprit != "user 00":
        assert outcome.report["contributors_set_aside"] == [culprit]


def test_another_good_night_learns_more_and_keeps_what_was_learned(world: World) -> None:
    first = [word for word in everyone_right(world, learned=True) if word.image % TRAINED == 0]
    begun = learn(data_set(world.live, world.trained, first, sampled=world.others), world.live)
    live = promoted(world.live, begun)
    second = [word for word in everyone_right(world) if word.image % TRAINED != 0]
    data = data_set(live, world.trained, [*first, *second], earlier=first, sampled=world.others)

    outcome = learn(data, live, recorded_precision(begun.report))

    assert outcome.status == "promoted", outcome.reason
    assert world.quality(promoted(live, outcome)) >= world.quality(live)


def test_one_tag_is_taught_and_no_other_changes(world: World) -> None:
    few = [Said(image, "breakfast") for image in range(TRAINED, TRAINED + 5)]
    counterexamples = [Said(image, "breakfast", present=False) for image in range(3)]
    data = data_set(world.live, world.trained, [*few, *counterexamples], sampled=world.others)

    outcome = teach_one(data, world.live, MIN_CONFIDENCE)

    assert outcome.status == "promoted"
    before = world.live.tag_probabilities(world.tested)
    after = promoted(world.live, outcome).tag_probabilities(world.tested)
    column = world.live.vocabulary.index("breakfast")
    np.testing.assert_array_equal(np.delete(after, column, 1), np.delete(before, column, 1))
    right = np.repeat([slug == "breakfast" for slug in KINDS], TESTED)
    assert average_precision(after[:, column], right) == pytest.approx(1, abs=0.05)


def series(world: World, count: int) -> NDArray[np.float16]:
    """Pictures of one moment: each hardly differs from the first example of "my-cat"."""
    noise = np.random.default_rng(0).uniform(0.95, 1.05, (count, world.trained.shape[1]))
    return (world.trained[0] * noise).astype(np.float16)


def teach_my_cat(
    world: World, examples: NDArray[np.float16], sampled: NDArray[np.float16]
) -> Finetuned:
    said = [Said(image, "my-cat") for image in range(len(examples))]
    data = data_set(world.live, examples, said, sampled=sampled)
    return teach_one(data, world.live, MIN_CONFIDENCE)


def test_one_example_does_not_show_on_pictures_that_look_unlike_it(world: World) -> None:
    outcome = teach_my_cat(world, world.trained[:1], world.others)

    assert outcome.status == "promoted"
    column = world.live.vocabulary.index("my-cat")
    shown = promoted(world.live, outcome).tag_probabilities(world.others)[:, column]
    assert (shown >= MIN_CONFIDENCE).mean() < 0.1


def test_a_tag_that_would_show_on_most_pictures_is_not_taught(world: World) -> None:
    one = world.trained[:1]

    refused = teach_my_cat(world, one, series(world, MIN_IMAGES))

    assert refused.status == "rejected"
    assert "counterexamples" in refused.reason
    # Fewer pictures say too little.
    assert teach_my_cat(world, one, series(world, MIN_IMAGES - 1)).status == "promoted"


def test_people_who_gave_a_tag_to_most_pictures_outweigh_its_breadth(world: World) -> None:
    for labelled, status in ((MIN_LABELLED - 1, "rejected"), (MIN_LABELLED, "promoted")):
        pictures = series(world, labelled + MIN_IMAGES)
        outcome = teach_my_cat(world, pictures[:labelled], pictures[labelled:])
        assert outcome.status == status, labelled


def test_a_night_leaves_out_a_tag_that_would_show_on_most_pictures(world: World) -> None:
    # In a library that shows little but one cat.
    alike = np.concatenate([world.tested[:TESTED], world.others[:4]])
    said = [word for word in everyone_right(world) if word.image % TRAINED < 19]

    outcome = learn(data_set(world.live, world.trained, said, sampled=alike), world.live)

    assert outcome.status == "promoted", outcome.reason
    assert "my-cat (" in outcome.reason
    assert list(outcome.report["too_broad"]) == ["my-cat"]
    learned = promoted(world.live, outcome).head.learned_tags
    names = {world.live.tag_ids[world.live.vocabulary.index(slug)]: slug for slug in KINDS}
    assert {names[tag_id] for tag_id in learned.tag_ids} == KINDS.keys() - {"my-cat"}
