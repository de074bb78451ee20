"""The language of searches: words, brackets and filters. Pure; does not know any tags."""

from services.catalog.search.language.errors import QueryError
from services.catalog.search.language.parser import parse
from services.catalog.search.language.syntax import Filters, Group, Item, Phrase, Query, Run, Word

__all__ = ["Filters", "Group", "Item", "Phrase", "Query", "QueryError", "Run", "Word", "parse"]
