"""The language of searches: a text to its words, brackets and filters. Pure; knows no tag."""

from services.catalog.search.language.errors import QueryError
from services.catalog.search.language.parser import parse
from services.catalog.search.language.syntax import Filters, Group, Item, Phrase, Query, Run, Word

__all__ = ["Filters", "Group", "Item", "Phrase", "Query", "QueryError", "Run", "Word", "parse"]
