"""Validate the parsed body of a request."""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from shared.errors import BadRequest
from shared.web.answers.invalid import describe_invalid

# Postgres can't store it.
NO_NUL = r"^[^\x00]*$"


class Members(BaseModel):
    """The members of an object; others are ignored, as the vendors do, and null means absent."""

    model_config = ConfigDict(
        extra="ignore", arbitrary_types_allowed=True, allow_inf_nan=False, populate_by_name=True
    )

    @model_validator(mode="before")
    @classmethod
    def _leave_out_nulls(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: member for name, member in value.items() if member is not None}


Form = TypeVar("Form", bound=Members)


def validate(form: type[Form], value: Any) -> Form:
    """Return a value as an instance of its type.

    Raises:
        BadRequest: it does not fit; the message names each wrong member.
    """
    try:
        return form.model_validate(value)
    except ValidationError as error:
        raise BadRequest(describe_invalid(error)) from error
