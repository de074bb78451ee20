"""Normalise names for comparison."""

import re
import unicodedata

from shared.model.names.tag_names import composed


def normalise(text: str) -> str:
    """Return the form in which names are compared.

    It ignores case, Unicode composition, a leading #, and the difference between spaces, hyphens
    and underscores.
    """
    return re.sub(r"[\s_-]+", " ", composed(text).strip().lstrip("#")).strip().casefold()


def slug(name: str) -> str:
    """Return the name as lower-case ASCII letters and digits, its words joined by hyphens."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_name.lower().replace("'", "")).strip("-")
