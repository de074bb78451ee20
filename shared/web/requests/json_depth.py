"""Find out how deeply JSON is nested before parsing it."""

import re

MAX_DEPTH = 100
# Strings match as a whole, so that brackets in them do not count. Possessive: an unterminated
# string is scanned once, not once from each of its quotes.
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


def is_too_deep(text: str) -> bool:
    """Return whether lists and objects in a JSON text are nested deeper than MAX_DEPTH."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    depth = 0
    for token in _TOKENS.finditer(text):
        bracket = token[0]
        if bracket in ("[", "{"):
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif bracket in ("]", "}"):
            depth -= 1
    return False
