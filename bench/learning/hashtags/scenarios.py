"""The simulation's scenarios: how much is wrong, who spams and attacks, what is switched off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.learning.hashtags.community import (
    SYNONYMS,
    UNVISUAL,
    Lie,
    Posts,
    attack,
    hide_attack,
    people,
    spam,
)
from bench.learning.hashtags.pictures import LabelledPictures
from bench.learning.hashtags.simulation import Learned, Simulation
from services.trainer.learning.hashtags.classifiers import mixing
from services.trainer.learning.hashtags.labels import referee, weak_labels
from services.trainer.learning.hashtags.synonyms import find_synonyms
from shared.model.names.hashtag_words import key_of

SPAMMED = "dress"
# Pictures of the first, or of anything, are said to be the second. The network as it comes knows
# skirts, flowers and dresses, but no sky.
RENAMED = (("hat", "skirt"), ("sunset", "flower"))
SWAPPED = (("hat", "skirt"), ("skirt", "hat"))
POPULAR = ((None, "dress"), (None, "sky"))


@dataclass(frozen=True)
class Attack:
    """What 20 accounts do. each: pictures of an account and lie. honest: its other pictures."""

    lies: tuple[tuple[str | None, str], ...]
    each: int = 50
    honest: int = 0


@dataclass(frozen=True)
class Scenario:
    """wrong: share of hashtags that name another label. without: steps that are switched off."""

    name: str
    wrong: float
    has_spam: bool = False
    attack: Attack | None = None
    without: tuple[str, ...] = ()


SCENARIOS = (
    Scenario("none wrong", 0.0),
    Scenario("10 % wrong", 0.1),
    Scenario("25 % wrong", 0.25),
    Scenario("10 % wrong, one owner spams", 0.1, has_spam=True),
    Scenario("10 % wrong, attack: two tags renamed", 0.1, attack=Attack(RENAMED)),
    Scenario("10 % wrong, attack: two tags swapped", 0.1, attack=Attack(SWAPPED)),
    Scenario("10 % wrong, attack: two tags on anything", 0.1, attack=Attack(POPULAR)),
    Scenario("10 % wrong, attack hidden by honest pictures", 0.1, attack=Attack(RENAMED, 10, 80)),
    Scenario("10 % wrong, attack: 1,000 pictures each", 0.1, attack=Attack(RENAMED, 500)),
)
# What single steps give.
ABLATIONS = (
    Scenario("renamed, no referee", 0.1, attack=Attack(RENAMED), without=("referee",)),
    Scenario("25 % wrong, nothing pruned", 0.25, without=("pruning",)),
    Scenario("25 % wrong, nothing mixed", 0.25, without=("mixing",)),
    Scenario("spam, no caps", 0.1, has_spam=True, without=("caps",)),
)


def posts_of(scenario: Scenario, pictures: LabelledPictures, seed: int) -> Posts:
    """Return what the community of a scenario posts."""
    posts = people(pictures, scenario.wrong, 100 * seed)
    if scenario.has_spam:
        spam(posts, pictures, SPAMMED, 100 * seed + 1)
    if scenario.attack is not None:
        for number, (shown, said) in enumerate(scenario.attack.lies, 2):
            lie = Lie(shown, said, scenario.attack.each)
            attack(posts, pictures, lie, 100 * seed + number)
        if scenario.attack.honest:
            hide_attack(posts, pictures, scenario.wrong, scenario.attack.honest, 100 * seed + 50)
    return posts


def run(scenario: Scenario, simulation: Simulation, seed: int) -> dict[str, Any]:
    """Return the figures of a scenario with one seed."""
    with _switched_off(scenario.without):
        learned = simulation.learn(posts_of(scenario, simulation.pictures, seed))
    precision = simulation.precision(learned.scores)
    return {
        "mean_average_precision": float(np.mean(list(precision.values()))),
        "labels": precision,
        "unvisual_learned": _unvisual_learned(learned),
        "synonyms": _synonyms(learned),
    }


def _unvisual_learned(learned: Learned) -> list[str]:
    unvisual = {key_of(word) for word in UNVISUAL}
    words = (learned.uses.words[one.labels.word] for one in learned.classifiers.words)
    return [word.name for word in words if word.key in unvisual]


def _synonyms(learned: Learned) -> dict[str, Any]:
    """Return how many planted synonyms were found, and what was merged wrongly."""
    planted = {frozenset((key_of(one), key_of(other))) for one, other in SYNONYMS.items()}
    found, merged, wrong = set(), 0, []
    for one in find_synonyms(learned.uses, learned.labels):
        word, means = learned.uses.words[one.word], learned.uses.words[one.means]
        pair = frozenset((word.key, means.key))
        found |= {pair} & planted
        if one.is_certain:
            merged += 1
            if pair not in planted:
                wrong.append(f"{word.name} = {means.name}")
    return {"planted": len(planted), "found": len(found), "merged": merged, "wrong": wrong}


@contextmanager
def _switched_off(steps: tuple[str, ...]) -> Iterator[None]:
    """Replace steps by ones that let everything pass."""
    everything = {
        "pruning": (weak_labels, "prune", lambda some, *_: np.ones(len(some), np.bool_)),
        "referee": (referee, "find_refused", lambda *_: np.empty(0, np.int32)),
        "mixing": (mixing, "MIXES", mixing.MIXES[:1]),
        "caps": (weak_labels, "without_duplicates", lambda some, *_: np.ones(len(some), np.bool_)),
    }
    with ExitStack() as stack:
        for step in steps:
            module, name, replacement = everything[step]
            stack.callback(setattr, module, name, getattr(module, name))
            setattr(module, name, replacement)
        yield
