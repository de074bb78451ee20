"""From votes to decisions: weights, ties, and what follows for other tags."""

from collections.abc import Iterable
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from shared.db.corrections.votes import Decision, Vote, decide
from shared.model.vocabulary import load_imagenet

VOCABULARY = load_imagenet()
TAGS = range(len(VOCABULARY))
DOG, RETRIEVER, TABBY, ANIMAL = (
    VOCABULARY.index(slug) for slug in ("dog", "golden-retriever", "tabby", "animal")
)
weights = st.floats(0, 1, width=32)


@st.composite
def ballots(draw: st.DrawFn) -> list[Vote]:
    """Votes on few tags, so that they meet; each at a moment of its own."""
    tags = draw(st.lists(st.sampled_from(TAGS), min_size=1, max_size=6, unique=True))
    votes = draw(
        st.lists(st.tuples(st.sampled_from(tags), st.booleans(), weights), min_size=1, max_size=20)
    )
    return [
        Vote(tag, present, weight, moment) for moment, (tag, present, weight) in enumerate(votes)
    ]


def above(tag: int) -> list[int]:
    return VOCABULARY.ancestors(tag).tolist()


def below(tag: int) -> list[int]:
    return VOCABULARY.descendants(tag).tolist()


def decided(votes: Iterable[Vote]) -> dict[int, Decision]:
    return decide(votes, above, below)


def vote(tag: int, present: bool, weight: float = 1.0, moment: int = 0) -> Vote:
    return Vote(tag, present, weight, moment)


def test_without_votes_nothing_is_decided() -> None:
    assert decided([]) == {}


def test_an_image_with_a_tag_has_all_that_it_implies() -> None:
    result = decided([vote(RETRIEVER, present=True)])

    assert result[RETRIEVER] == Decision(present=True, explicit=True)
    assert result[DOG] == result[ANIMAL] == Decision(present=True, explicit=False)
    assert result.keys() == {RETRIEVER, *above(RETRIEVER)}


def test_an_image_without_a_tag_has_nothing_that_implies_it() -> None:
    result = decided([vote(DOG, present=False)])

    assert result[DOG] == Decision(present=False, explicit=True)
    assert result[RETRIEVER] == Decision(present=False, explicit=False)
    assert ANIMAL not in result
    assert TABBY not in result


def test_a_vote_on_a_tag_outweighs_what_follows_from_other_tags() -> None:
    result = decided([vote(RETRIEVER, present=True), vote(DOG, present=False)])

    assert result[DOG] == Decision(present=False, explicit=True)
    assert result[RETRIEVER] == Decision(present=True, explicit=True)


def test_where_both_would_follow_a_tag_is_present() -> None:
    result = decided([vote(RETRIEVER, present=True), vote(ANIMAL, present=False)])

    assert result[DOG] == Decision(present=True, explicit=False)
    assert result[TABBY] == Decision(present=False, explicit=False)


def test_two_contributors_of_little_trust_do_not_outvote_one_of_much() -> None:
    votes = [vote(DOG, True, 1.0, 0), vote(DOG, False, 0.4, 1), vote(DOG, False, 0.4, 2)]

    assert decided(votes)[DOG].present


def test_the_latest_vote_decides_a_tie() -> None:
    assert not decided([vote(DOG, True, 0.5, 0), vote(DOG, False, 0.5, 1)])[DOG].present
    assert decided([vote(DOG, True, 0.5, 1), vote(DOG, False, 0.5, 0)])[DOG].present


def test_votes_without_weight_count_only_where_there_are_no_others() -> None:
    assert decided([vote(DOG, True, 0.0, 1)])[DOG].present
    assert not decided([vote(DOG, True, 0.0, 1), vote(DOG, False, 0.1, 0)])[DOG].present


@given(ballots(), st.randoms())
def test_the_order_in_which_votes_are_read_does_not_matter(
    votes: list[Vote], random: Random
) -> None:
    shuffled = list(votes)
    random.shuffle(shuffled)

    assert decided(shuffled) == decided(votes)


@given(ballots())
def test_every_tag_follows_from_its_narrower_or_wider_ones_or_is_left_alone(
    votes: list[Vote],
) -> None:
    result = decided(votes)

    said = {tag: decision.present for tag, decision in result.items() if decision.explicit}
    assert said.keys() == {vote.tag for vote in votes}
    for tag in set(TAGS) - said.keys():
        if any(said.get(narrower) is True for narrower in below(tag)):
            assert result[tag] == Decision(present=True, explicit=False)
        elif any(said.get(wider) is False for wider in above(tag)):
            assert result[tag] == Decision(present=False, explicit=False)
        else:
            assert tag not in result


@given(ballots())
def test_one_more_vote_for_the_winner_changes_nothing(votes: list[Vote]) -> None:
    result = decided(votes)
    tag = votes[0].tag
    again = Vote(tag, result[tag].present, 1.0, len(votes))

    assert decided([*votes, again]) == result
