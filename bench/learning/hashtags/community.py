"""A made-up community that hashtags real pictures the way people do, with its bad habits."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bench.learning.hashtags.pictures import CLOTHING, FOOD, LabelledPictures

OWNERS = 60
MISSING = 0.5
# How often each picture is posted, mixed with different others of its label: there are too few
# pictures for a community otherwise. Clean labels get the same mixtures.
POSTS_OF_PICTURE = 4
OWN_SHARE = 0.6
# Made-up words that people use for the same thing; none of them is in a dictionary.
SYNONYMS = {
    "outwear": "coatgang",
    "longsleeve": "lsleeves",
    "sunset": "goldnhour",
    "flower": "bloomz",
    "night": "nightshotz",
    "rain": "rainydayz",
    "packaged-food": "grocerieshaul",
    "vegetable": "vegboxx",
    "dress": "ootdress",
    "shorts": "shortz",
}
BOTH_SHARE, OTHER_SHARE = 0.35, 0.4
GENERAL = {**dict.fromkeys(CLOTHING, "clothing"), **dict.fromkeys(FOOD, "food")}
GENERAL_SHARE = 0.3
# Blocked ones, and ones that only a test can find out.
UNVISUAL = (
    *("love", "instagood", "canon", "berlin", "blessedd", "teamgrey", "xoxoxo", "mondayz"),
    *("clubphoto", "photowalkers", "lifeislife", "throwbackz"),
)
UNVISUAL_PER_PICTURE = 1.5
SIGNED_SHARE = 0.5
# How often a picture is by someone who is interested in what it shows.
KEEN_SHARE = 0.8
SPAM_PICTURES = 1_000
ATTACKERS = 20


@dataclass
class Posts:
    """Pictures as uploaded: the embedding's row in the pictures, owner and hashtags.

    mixed: another picture of the same label that the embedding is mixed with, or the same.
    """

    row: list[int] = field(default_factory=list)
    mixed: list[int] = field(default_factory=list)
    owner: list[str] = field(default_factory=list)
    hashtags: list[list[str]] = field(default_factory=list)

    def add(self, row: int, owner: str, hashtags: list[str], mixed: int | None = None) -> None:
        """Add one upload."""
        self.row.append(row)
        self.mixed.append(row if mixed is None else mixed)
        self.owner.append(owner)
        self.hashtags.append(hashtags)

    def embeddings(self, pictures: LabelledPictures) -> NDArray[np.float16]:
        """Return the embeddings, (posts, dimensions)."""
        one = pictures.embeddings[self.row].astype(np.float32)
        other = pictures.embeddings[self.mixed].astype(np.float32)
        return (OWN_SHARE * one + (1 - OWN_SHARE) * other).astype(np.float16)

    def present(self, pictures: LabelledPictures) -> NDArray[np.bool_]:
        """Return what the uploads really show, (posts, labels)."""
        return pictures.present[self.row] & pictures.present[self.mixed]

    def known(self, pictures: LabelledPictures) -> NDArray[np.bool_]:
        """Return which labels are certain, (posts, labels)."""
        one, other = (pictures.known[rows] for rows in (self.row, self.mixed))
        same = pictures.present[self.row] == pictures.present[self.mixed]
        return one & other & same


def people(pictures: LabelledPictures, wrong: float, seed: int) -> Posts:
    """Return what honest owners post.

    wrong: the share of the hashtags that name another label.
    """
    rng = np.random.default_rng(seed)
    posts = Posts()
    interests = [set(rng.permutation(len(pictures.labels))[:8].tolist()) for _ in range(OWNERS)]
    rows = np.flatnonzero(~pictures.is_test)
    for row in rng.permutation(np.tile(rows, POSTS_OF_PICTURE)).tolist():
        mixed = _like(row, pictures, rng)
        shown = np.flatnonzero(pictures.present[row] & pictures.present[mixed]).tolist()
        keen = [n for n in range(OWNERS) if interests[n] & set(shown)] or list(range(OWNERS))
        owner = int(rng.choice(keen if rng.random() < KEEN_SHARE else range(OWNERS)))
        posts.add(row, f"owner-{owner}", _hashtags(shown, owner, wrong, pictures, rng), mixed)
    return posts


def _like(row: int, pictures: LabelledPictures, rng: np.random.Generator) -> int:
    """Return another picture of the training set that shares a label."""
    labels = np.flatnonzero(pictures.present[row])
    if not len(labels):
        return row
    shares = pictures.present[:, rng.choice(labels)] & ~pictures.is_test
    return int(rng.choice(np.flatnonzero(shares)))


def _hashtags(
    shown: list[int],
    owner: int,
    wrong: float,
    pictures: LabelledPictures,
    rng: np.random.Generator,
) -> list[str]:
    """Return the hashtags of one upload. shown: the labels that it really shows."""
    hashtags: list[str] = []
    for label in shown:
        if rng.random() >= MISSING:
            is_wrong = rng.random() < wrong
            said = int(rng.integers(len(pictures.labels))) if is_wrong else label
            hashtags += _write(pictures.labels[said], rng)
    hashtags += [str(word) for word in rng.choice(UNVISUAL, rng.poisson(UNVISUAL_PER_PICTURE))]
    if rng.random() < SIGNED_SHARE:
        hashtags.append(f"by_owner{owner}x")
    return hashtags


def _write(label: str, rng: np.random.Generator) -> list[str]:
    """Return the hashtags that someone writes for a label."""
    words = [label]
    if label in SYNONYMS:
        draw = rng.random()
        if draw < BOTH_SHARE:
            words = [label, SYNONYMS[label]]
        elif draw < BOTH_SHARE + OTHER_SHARE:
            words = [SYNONYMS[label]]
    if label in GENERAL and rng.random() < GENERAL_SHARE:
        words.append(GENERAL[label])
    return [_spell(word, rng) for word in words]


def _spell(word: str, rng: np.random.Generator) -> str:
    parts = word.split("-")
    if rng.random() < 0.3 and not word.endswith(("s", "z")):
        parts[-1] += "es" if word.endswith(("s", "sh", "ss")) else "s"
    way = int(rng.integers(5))
    if way == 0:
        return "#" + "".join(part.capitalize() for part in parts)
    if way == 1:
        return "_".join(parts).upper()
    return ("".join(parts), " ".join(parts), "#" + "".join(parts))[way - 2]


def spam(posts: Posts, pictures: LabelledPictures, label: str, seed: int) -> None:
    """Add an owner who posts 1,000 pictures of anything with one hashtag."""
    rng = np.random.default_rng(seed)
    pool = np.flatnonzero(~pictures.is_test)
    for _ in range(SPAM_PICTURES):
        row, mixed = rng.choice(pool, 2)
        posts.add(int(row), "spammer", [label], int(mixed))


@dataclass(frozen=True)
class Lie:
    """Pictures of a label, or of anything, with another one's hashtag. each: of an account."""

    shown: str | None
    said: str
    each: int


def attack(posts: Posts, pictures: LabelledPictures, lie: Lie, seed: int) -> None:
    """Add 20 owners who post the same lie."""
    rng = np.random.default_rng(seed)
    pool = np.flatnonzero(~pictures.is_test & _shows(pictures, lie.shown))
    for owner in range(ATTACKERS):
        for _ in range(lie.each):
            row, mixed = rng.choice(pool, 2)
            posts.add(int(row), f"attacker-{owner}", [lie.said], int(mixed))


def hide_attack(
    posts: Posts, pictures: LabelledPictures, wrong: float, each: int, seed: int
) -> None:
    """Add pictures of the attackers that are hashtagged as honest people do."""
    rng = np.random.default_rng(seed)
    honest = people(pictures, wrong, seed)
    chosen = rng.choice(len(honest.row), ATTACKERS * each, replace=False)
    for number, place in enumerate(chosen.tolist()):
        owner = f"attacker-{number % ATTACKERS}"
        posts.add(honest.row[place], owner, honest.hashtags[place], honest.mixed[place])


def _shows(pictures: LabelledPictures, label: str | None) -> NDArray[np.bool_]:
    if label is None:
        return np.ones(len(pictures.paths), dtype=np.bool_)
    return pictures.present[:, pictures.labels.index(label)]
