"""The interface of a dialect: another vendor's API."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response
from flask_openapi3 import APIBlueprint

from shared.auth.authentication import KeyReader
from shared.errors import TagloopError


@dataclass(frozen=True)
class Dialect:
    """One vendor's API under `/compat/<name>`.

    add_routes: adds the operations to a blueprint, with paths from the root. find_key: returns the
    key of a request and the size of its body. describe_error: returns an error, also one of
    authentication, in the form that the vendor's clients understand.
    """

    name: str
    add_routes: Callable[[APIBlueprint, str], None]
    find_key: KeyReader
    describe_error: Callable[[TagloopError], Response]

    @property
    def root(self) -> str:
        """The path that the vendor's clients are given as their base address."""
        return f"/compat/{self.name}"
