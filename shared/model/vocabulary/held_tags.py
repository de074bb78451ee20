"""Tags that hurt when they are wrong, held back until a person confirms them for an image."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from shared.model.vocabulary import Vocabulary


def held_columns(vocabulary: Vocabulary, names: Collection[str]) -> NDArray[np.intp]:
    """Return the columns of the named tags and all narrower ones, ascending.

    names: slugs, names or aliases. Unknown ones are ignored, since the tag may be created later.
    """
    columns: set[int] = set()
    for name in names:
        tag = vocabulary.resolve(name)
        if tag is not None:
            column = vocabulary.index(tag.slug)
            columns |= {column, *vocabulary.descendants(column).tolist()}
    return np.array(sorted(columns), dtype=np.intp)
