"""Find candidates for a review: a sample of images, and the tags to ask about on each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from services.feedback.review.ranking import (
    RARE_BELOW,
    TagQuestion,
    suggest_disputed,
    suggest_held,
    suggest_rare,
    suggest_uncertain,
)
from shared.db.corrections.decisions import find_votes
from shared.db.corrections.review import (
    Reviewer,
    count_images_of_recent_tags,
    find_corrected_lately,
    sample_unreviewed,
)
from shared.db.corrections.votes import Vote
from shared.db.images.images import find_owners
from shared.db.models.stored_embeddings import read_embeddings_of
from shared.db.owners.access import Access
from shared.db.tags.known_tag import KnownTag
from shared.db.tags.lookup import find_custom_tags
from shared.model.scorer import Scorer

# Scoring this many takes about 50 ms on one core.
SAMPLE_IMAGES = 500
SECOND_OPINIONS = 100


@dataclass(frozen=True)
class Candidates:
    """Images that could be reviewed.

    embeddings: (images, dimensions) float16, one per id. owners: the images' owners. votes: on
    images that other people corrected, by tag id. voted: the custom tags among these. images_of:
    number of images known to have a tag, by tag id, for tags that people use.
    """

    ids: Sequence[UUID]
    embeddings: NDArray[np.float16]
    owners: Sequence[str]
    votes: Mapping[UUID, Sequence[Vote]]
    voted: Sequence[KnownTag]
    images_of: Mapping[int, int]


def read_candidates(
    connection: Connection,
    backbone_id: int,
    reviewer: Reviewer,
    asked_owner: str | None,
    access: Access,
) -> Candidates:
    """Return images, embedded by the backbone, that the reviewer has neither corrected nor been
    offered lately.

    Raises:
        Forbidden: the caller may not see this owner's images.
    """
    owner = access.narrow(asked_owner)
    fresh = sample_unreviewed(connection, reviewer, owner, SAMPLE_IMAGES)
    corrected = find_corrected_lately(connection, reviewer, owner, SECOND_OPINIONS)
    ids, embeddings = read_embeddings_of(connection, [*fresh, *corrected], backbone_id)
    owners = find_owners(connection, ids)
    # An image may have been deleted since the first query.
    there = [position for position, image_id in enumerate(ids) if image_id in owners]
    ids, embeddings = [ids[position] for position in there], embeddings[there]
    votes = find_votes(connection, corrected)
    voted = {vote.tag for of_image in votes.values() for vote in of_image}
    return Candidates(
        ids,
        embeddings,
        [owners[image_id] for image_id in ids],
        votes,
        find_custom_tags(connection, list(voted)),
        images_of=count_images_of_recent_tags(connection, RARE_BELOW, access),
    )


def suggest(
    scorer: Scorer, candidates: Candidates, threshold: float
) -> dict[UUID, list[TagQuestion]]:
    """Return the tags to ask about on each image, best first: shared tags and the owner's own.

    threshold: probability from which a tag is shown.
    """
    found: dict[UUID, list[TagQuestion]] = {}
    with_own = scorer.own.keys() | {tag.owner for tag in candidates.voted if tag.owner is not None}
    groups: dict[str | None, list[int]] = defaultdict(list)
    for position, owner in enumerate(candidates.owners):
        groups[owner if owner in with_own else None].append(position)
    for whose, positions in groups.items():
        of_group = scorer if whose is None else scorer.for_owner(whose)
        voted = [tag for tag in candidates.voted if tag.owner in (None, whose)]
        knowing = replace(of_group, index=of_group.index.with_custom(voted))
        found |= _suggest_alike(knowing, candidates, np.array(positions), threshold)
    return found


def _suggest_alike(
    scorer: Scorer, candidates: Candidates, positions: NDArray[np.intp], threshold: float
) -> dict[UUID, list[TagQuestion]]:
    """Return the tags to ask about on images that share one scorer."""
    columns = scorer.index.columns
    images_of = {
        columns[tag_id]: images
        for tag_id, images in candidates.images_of.items()
        if tag_id in columns
    }
    learned = _learned(scorer)
    found = {}
    probabilities = scorer.tag_probabilities(candidates.embeddings[positions])
    for position, row in zip(positions.tolist(), probabilities, strict=True):
        image_id = candidates.ids[position]
        if image_id in candidates.votes:
            votes = [
                replace(vote, tag=columns[vote.tag])
                for vote in candidates.votes[image_id]
                if vote.tag in columns
            ]
            suggestions = suggest_disputed(row, learned, votes)
        else:
            uncertain = suggest_uncertain(scorer.vocabulary, row, threshold)
            held = suggest_held(row, scorer.held_columns, threshold)
            suggestions = _merge([*uncertain, *suggest_rare(row, images_of), *held])
        tags = scorer.vocabulary.tags
        found[image_id] = [
            replace(one, slug=tags[one.column].slug, name=tags[one.column].name)
            for one in suggestions
        ]
    return found


def _learned(scorer: Scorer) -> NDArray[np.bool_]:
    """Return which tags the model has learned, (tags,): the network's own and those taught by
    people.
    """
    learned = scorer.is_known_before.copy()
    learned[scorer.learned_columns] = True
    return learned


def _merge(suggestions: Sequence[TagQuestion]) -> list[TagQuestion]:
    """Keep one suggestion for each tag, best first."""
    best_last = sorted(suggestions, key=lambda suggestion: suggestion.score)
    by_column = {suggestion.column: suggestion for suggestion in best_last}
    return sorted(by_column.values(), key=lambda suggestion: -suggestion.score)
