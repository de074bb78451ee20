"""Propose new tags and synonyms, and make the tags that a deployment accepts by itself."""

from __future__ import annotations

from sqlalchemy import Connection, Engine

from services.trainer.learning.hashtags.classifiers.judging import LearnedWord, describe
from services.trainer.learning.hashtags.classifiers.learning import WordClassifiers
from services.trainer.learning.hashtags.labels.choosing import count_owners
from services.trainer.learning.hashtags.synonyms import Synonym, find_synonyms
from services.trainer.learning.hashtags.teaching import TeachingHashtags
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.tags.custom.making import count_tags_of
from shared.db.tags.hashtags.proposals import (
    Proposal,
    accept_automatically,
    find_unwanted_words,
    make_tag,
    store_proposals,
)
from shared.model.names.tag_names import MAX_CHARACTERS, clean_name, slug_of

# With fewer owners, a hashtag is the private word of a small group.
MIN_OWNERS = 5
# Held-out average precision, at a prevalence of 5 %.
MIN_PRECISION = 0.3


def propose(
    engine: Engine, teaching: TeachingHashtags, learned: WordClassifiers, settings: Settings
) -> dict[int, int]:
    """Store tonight's proposals; return the ids of the tags that were made of words, by word.

    Raises:
        Unavailable: Postgres does not answer.
    """
    uses = teaching.prepared.uses
    synonyms = find_synonyms(uses, teaching.labels)
    merged = {one.word for one in synonyms if one.is_certain}
    new = [
        one
        for one in learned.words
        if uses.words[one.labels.word].tag_id is None
        and one.labels.word not in merged
        and one.labels.owners >= MIN_OWNERS
        and one.after >= MIN_PRECISION
    ]
    with transaction(engine) as connection:
        unwanted = find_unwanted_words(connection)
        wanted = [one for one in new if uses.words[one.labels.word].key not in unwanted]
        found = [_of_synonym(teaching, one) for one in synonyms]
        found += [proposal for one in wanted if (proposal := _of_tag(teaching, one)) is not None]
        store_proposals(connection, found)
        if settings.hashtag_tags != "accept":
            return {}
        return _make(connection, teaching, wanted, settings.max_shared_tags)


def _make(
    connection: Connection, teaching: TeachingHashtags, wanted: list[LearnedWord], max_tags: int
) -> dict[int, int]:
    """Make tags of words, as many as the deployment allows."""
    room = max_tags - count_tags_of(connection, None)
    made = {}
    for one in wanted[: max(room, 0)]:
        proposal = _of_tag(teaching, one)
        if proposal is not None:
            slug = slug_of(proposal.name)
            tag = make_tag(connection, slug, proposal.name)
            accept_automatically(connection, proposal.word, tag.id)
            made[one.labels.word] = tag.id
    return made


def _of_tag(teaching: TeachingHashtags, one: LearnedWord) -> Proposal | None:
    """Return the proposal of a new tag; None if a tag cannot have its name."""
    word = teaching.prepared.uses.words[one.labels.word]
    try:
        name = clean_name(word.name[:MAX_CHARACTERS])
    except ValueError:
        return None
    return Proposal("tag", word.key, name, figures=describe(one)) if slug_of(name) else None


def _of_synonym(teaching: TeachingHashtags, one: Synonym) -> Proposal:
    uses = teaching.prepared.uses
    word, means = uses.words[one.word], uses.words[one.means]
    return Proposal(
        "synonym",
        word.key,
        word.name,
        means.key,
        means.name,
        one.is_certain,
        {
            "jaccard": round(one.jaccard, 3),
            "cosine": round(one.cosine, 3),
            "owners": int(count_owners(uses)[one.word]),
        },
    )
