"""Learn from a community's hashtags as a night does, and measure on pictures that no one posted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bench.learning.hashtags.community import Posts
from bench.learning.hashtags.pictures import LabelledPictures
from services.trainer.learning.evaluation.metrics import average_precision
from services.trainer.learning.examples.targets import Targets
from services.trainer.learning.fitting.examples import Examples
from services.trainer.learning.fitting.fit import fit
from services.trainer.learning.fitting.subspace import Subspace
from services.trainer.learning.hashtags.classifiers.learning import WordClassifiers, learn
from services.trainer.learning.hashtags.labels.gathering import Gatherer
from services.trainer.learning.hashtags.labels.uses import Uses
from services.trainer.learning.hashtags.labels.weak_labels import WeakLabels, find_weak_labels
from services.trainer.learning.hashtags.preparing import prepare
from services.trainer.learning.hashtags.words.meaning import HashtagReader
from services.trainer.learning.hashtags.words.segmentation import split_run
from shared.db.models.models import LiveModel
from shared.model.head import Head
from shared.model.learned.exclusions import Exclusions
from shared.model.learned.tags import LearnedTags, features, log_odds
from shared.model.scorer import Scorer
from shared.model.vocabulary import load_imagenet
from shared.model.vocabulary_index import VocabularyIndex

MIN_CONFIDENCE = 0.4


@dataclass(frozen=True)
class Learned:
    """What a community taught. scores: (test pictures, labels)."""

    uses: Uses
    labels: Sequence[WeakLabels]
    classifiers: WordClassifiers
    scores: NDArray[np.float32]


@dataclass
class Simulation:
    """The network as it comes, without the everyday words, which know some of these pictures."""

    pictures: LabelledPictures
    live: Scorer = field(init=False)
    reader: HashtagReader = field(init=False)

    def __post_init__(self) -> None:
        weight, bias = self.pictures.head
        nothing = LearnedTags.nothing(len(weight))
        vocabulary = load_imagenet()
        index = VocabularyIndex(vocabulary, np.arange(1, len(vocabulary) + 1, dtype=np.int32))
        self.use(Scorer(LiveModel(1, 1, "", ""), Head(weight, bias, nothing, nothing), index))

    def use(self, live: Scorer) -> None:
        """Take a live version, whose words hashtags may mean."""
        self.live = live
        self.reader = HashtagReader(live.index, split=cache(split_run))

    @property
    def test(self) -> NDArray[np.float16]:
        """Return the embeddings of the pictures that no one posted."""
        return self.pictures.embeddings[self.pictures.is_test]

    def gather(self, posts: Posts) -> Uses:
        """Return the uses of a community's hashtags."""
        gatherer = Gatherer()
        rng = np.random.default_rng(0)
        for owner, hashtags in zip(posts.owner, posts.hashtags, strict=True):
            gatherer.add(owner, int(rng.integers(2**63)), hashtags)
        return gatherer.uses(self.reader, self.live.index)

    def learn(self, posts: Posts) -> Learned:
        """Learn from hashtags alone; a word that is not learned scores as the network says."""
        embeddings = posts.embeddings(self.pictures)
        uses = self.gather(posts)
        prepared = prepare(uses, lambda rows: embeddings[rows], self.live)
        assert prepared is not None
        labels = find_weak_labels(prepared.material)
        classifiers = learn(prepared, labels, MIN_CONFIDENCE)
        scores = self._scores(prepared.uses, classifiers, prepared.is_known)
        return Learned(prepared.uses, labels, classifiers, scores)

    def clean(self, posts: Posts) -> NDArray[np.float32]:
        """Return scores after learning from complete and correct labels of the same pictures."""
        embeddings = posts.embeddings(self.pictures)
        present, known = posts.present(self.pictures), posts.known(self.pictures)
        columns, is_custom = self._columns()
        subspace = Subspace.spanning(features(embeddings))
        network = self.live.tag_probabilities(embeddings)[:, columns]
        fitted = fit(
            Examples.of(subspace, embeddings, network, is_custom),
            Targets(present & known, known.astype(np.float32)),
            Exclusions.none(len(columns)),
            is_custom,
        )
        test = self.live.tag_probabilities(self.test)[:, columns]
        return fitted.logits(Examples.of(subspace, self.test, test, is_custom))

    def network(self) -> NDArray[np.float32]:
        """Return the scores of the network as it comes, 0 for labels that it does not have."""
        columns, is_custom = self._columns()
        scores = self.live.tag_probabilities(self.test)[:, columns]
        return np.where(is_custom, np.float32(0), scores)

    def precision(self, scores: NDArray[np.floating]) -> dict[str, float]:
        """Return the average precision of each label on the pictures that no one posted."""
        pictures = self.pictures
        found = {}
        for column, label in enumerate(pictures.labels):
            known = pictures.known[pictures.is_test, column]
            present = pictures.present[pictures.is_test, column][known]
            average = average_precision(scores[known, column], present)
            if average is not None:
                found[label] = average
        return found

    def _columns(self) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Return the vocabulary's column of each label, and which the network does not know."""
        columns = np.zeros(len(self.pictures.labels), dtype=np.intp)
        is_custom = np.ones(len(columns), dtype=np.bool_)
        for place, label in enumerate(self.pictures.labels):
            meaning = self.reader.read(label)
            if meaning is not None and meaning.tags:
                column = self.live.index.columns[meaning.tags[0]]
                if self.live.is_known_before[column]:
                    columns[place], is_custom[place] = column, False
        return columns, is_custom

    def _scores(
        self, uses: Uses, classifiers: WordClassifiers, is_known: NDArray[np.bool_]
    ) -> NDArray[np.float32]:
        scores = self.network()
        columns, is_custom = self._columns()
        network = log_odds(self.live.tag_probabilities(self.test)[:, columns])
        inputs = features(self.test)
        # As a night does: a tag of the network is replaced only by something clearly better.
        place_of = {
            word.labels.word: place
            for place, word in enumerate(classifiers.words)
            if word.is_better or not is_known[word.labels.word]
        }
        number = {(word.key, word.tag_id): place for place, word in enumerate(uses.words)}
        for place, label in enumerate(self.pictures.labels):
            meaning = self.reader.read(label)
            assert meaning is not None
            key: tuple[str, int | None] = (meaning.key, None)
            if meaning.tags:
                tag = self.live.vocabulary.tags[self.live.index.columns[meaning.tags[0]]]
                key = (tag.slug.replace("-", ""), meaning.tags[0])
            learned = place_of.get(number.get(key, -1))
            if learned is not None:
                logits = inputs @ classifiers.weight[:, learned] + classifiers.bias[learned]
                prior = np.where(is_custom[place], 0, classifiers.prior[learned])
                scores[:, place] = logits + prior * network[:, place]
        return scores
