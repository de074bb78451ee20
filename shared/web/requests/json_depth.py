"""Find out how deeply JSON is nested before it is parsed."""

import re

MAX_DEPTH = 100
# Strings as a whole, so that brackets in them don't count. Possessive: a string that does not end
# is looked at once, not once from each of its quotes.
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


def is_too_deep(text: str) -> bool:
    """Return whether lists and objects of a JSON text nest deeper than MAX_DEPTH."""
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
