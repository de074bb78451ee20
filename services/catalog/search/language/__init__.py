"""The language of searches: words, brackets and filters. Pure; does not know any tags."""

from services.catalog.search.language.errors import QueryError
from services.catalog.search.language.parser import parse
from services.catalog.search.language.syntax import (
    Filters,
    Group,
    Item,
    Phrase,
    Query,
    Word,
    WordRun,
)

__all__ = ["Filters", "Group", "Item", "Phrase", "Query", "QueryError", "Word", "WordRun", "parse"]
