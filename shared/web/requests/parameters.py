"""Base class for query parameters whose JSON schema is made only once."""

from functools import cache
from typing import Any

from pydantic import BaseModel


class Parameters(BaseModel):
    """A model of query parameters.

    flask-openapi3 asks for the JSON schema at every request, to see which parameters are lists.
    Making it takes longer than reading the parameters.
    """

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """Return the schema; that of the default form is made once."""
        if args or options:
            return super().model_json_schema(*args, **options)
        return _schema_of(cls)


@cache
def _schema_of(model: type[Parameters]) -> dict[str, Any]:
    return super(Parameters, model).model_json_schema()
