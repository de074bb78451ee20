"""The vocabulary of tags. The data comes from WordNet; see LICENSE.wordnet."""

from shared.vocabulary.imagenet import load_imagenet
from shared.vocabulary.tag import Tag
from shared.vocabulary.vocabulary import Vocabulary

__all__ = ["Tag", "Vocabulary", "load_imagenet"]
