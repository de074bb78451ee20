"""When two texts are the same name."""

import re

from shared.api.tag_names import composed


def normalise(text: str) -> str:
    """Return the form in which names are compared.

    Upper and lower case, composed and decomposed letters, blanks, hyphens and underscores make no
    difference, nor does a # in front.
    """
    return re.sub(r"[\s_-]+", " ", composed(text).strip().lstrip("#")).strip().casefold()
