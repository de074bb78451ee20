"""The simulation's scenarios: how much is wrong, who spams and attacks, what is switched off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.learning.hashtags.community import SYNONYMS, UNVISUAL, Posts, attack, people, spam
from bench.learning.hashtags.pictures import Pictures
from bench.learning.hashtags.simulation import Learned, Simulation
from services.trainer.learning.hashtags.labels import referee, weak_labels
from services.trainer.learning.hashtags.synonyms import find_synonyms
from shared.model.names.hashtag_words import key_of

# Pictures of the first are said to be the second; the second one each is known to the network.
ATTACKS = (("hat", "skirt"), ("sunset", "flower"))
SPAMMED = "dress"


@dataclass(frozen=True)
class Scenario:
    """wrong: share of hashtags that name another label. without: steps that are switched off."""

    name: str
    wrong: float
    has_spam: bool = False
    has_attack: bool = False
    without: tuple[str, ...] = ()


SCENARIOS = (
    Scenario("none wrong", 0.0),
    Scenario("10 % wrong", 0.1),
    Scenario("25 % wrong", 0.25),
    Scenario("10 % wrong, one owner spams", 0.1, has_spam=True),
    Scenario("10 % wrong, 20 attackers", 0.1, has_attack=True),
    Scenario("10 % wrong, 20 attackers, no referee", 0.1, has_attack=True, without=("referee",)),
    Scenario("25 % wrong, nothing pruned", 0.25, without=("pruning",)),
    Scenario("10 % wrong, one owner spams, no caps", 0.1, has_spam=True, without=("caps",)),
)


def posts_of(scenario: Scenario, pictures: Pictures) -> Posts:
    """Return what the community of a scenario posts."""
    posts = people(pictures, scenario.wrong, seed=0)
    if scenario.has_spam:
        spam(posts, pictures, SPAMMED, seed=1)
    if scenario.has_attack:
        for number, (shown, said) in enumerate(ATTACKS):
            attack(posts, pictures, shown, said, seed=2 + number)
    return posts


def run(scenario: Scenario, simulation: Simulation) -> dict[str, Any]:
    """Return the figures of a scenario."""
    with _switched_off(scenario.without):
        learned = simulation.learn(posts_of(scenario, simulation.pictures))
    precision = simulation.precision(learned.scores)
    return {
        "name": scenario.name,
        "mean_average_precision": float(np.mean(list(precision.values()))),
        "labels": precision,
        "unvisual_learned": _unvisual_learned(learned),
        "synonyms": _synonyms(learned),
    }


def _unvisual_learned(learned: Learned) -> list[str]:
    unvisual = {key_of(word) for word in UNVISUAL}
    words = (learned.uses.words[one.labels.word] for one in learned.lesson.words)
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
        "caps": (weak_labels, "without_duplicates", lambda some, *_: np.ones(len(some), np.bool_)),
    }
    with ExitStack() as stack:
        for step in steps:
            module, name, replacement = everything[step]
            stack.callback(setattr, module, name, getattr(module, name))
            setattr(module, name, replacement)
        yield
