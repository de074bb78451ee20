"""Normalise names for comparison."""

import re

from shared.api.tag_names import composed


def normalise(text: str) -> str:
    """Return the form in which names are compared.

    It ignores case, Unicode composition, a leading #, and the difference between spaces, hyphens
    and underscores.
    """
    return re.sub(r"[\s_-]+", " ", composed(text).strip().lstrip("#")).strip().casefold()
