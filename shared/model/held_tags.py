"""Tags that hurt when they are wrong: held back until a person confirms them for an image."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from shared.vocabulary import Vocabulary


def held_columns(vocabulary: Vocabulary, names: Collection[str]) -> NDArray[np.intp]:
    """The columns of the tags by these names, and of all narrower ones, ascending.

    names: slugs, names or aliases. One that no tag has may be that of a tag yet to be made.
    """
    columns: set[int] = set()
    for name in names:
        tag = vocabulary.resolve(name)
        if tag is not None:
            column = vocabulary.index(tag.slug)
            columns |= {column, *vocabulary.descendants(column).tolist()}
    return np.array(sorted(columns), dtype=np.intp)
