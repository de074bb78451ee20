"""Template sentences: a word is embedded in each of them."""

import re

# The mean of several sentences depends less on any of them and more on the word (Radford et al.
# 2021, Learning Transferable Visual Models From Natural Language Supervision).
TEMPLATES = (
    "{}",
    "a photo of a {}.",
    "a photo of the {}.",
    "a photo with a {} in it.",
    "a close-up photo of a {}.",
    "a cropped photo of the {}.",
    "a bad photo of a {}.",
)


def sentences_of(name: str) -> list[str]:
    """Return a tag's name in each of the sentences."""
    # Names say in brackets what is meant: "crane (bird)".
    plain = re.sub(r"\s*\(([^)]*)\)", r", \1", name)
    return [template.format(plain) for template in TEMPLATES]
