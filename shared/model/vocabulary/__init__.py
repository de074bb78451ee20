"""The vocabulary of tags. The data comes from WordNet; see LICENSE.wordnet."""

from shared.model.vocabulary.imagenet import load_imagenet
from shared.model.vocabulary.tag import Tag
from shared.model.vocabulary.vocabulary import Vocabulary

__all__ = ["Tag", "Vocabulary", "load_imagenet"]
