"""Validate the parsed body of a request."""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.errors import BadRequest

# Postgres can't store it.
NO_NUL = r"^[^\x00]*$"


class Members(BaseModel):
    """The members of an object; others are ignored, as the vendors do."""

    model_config = ConfigDict(
        extra="ignore", arbitrary_types_allowed=True, allow_inf_nan=False, populate_by_name=True
    )


Form = TypeVar("Form", bound=Members)


def validate(form: type[Form], value: Any) -> Form:
    """Return a value as an instance of its type.

    Raises:
        BadRequest: it does not fit; the message names each wrong member.
    """
    try:
        return form.model_validate(value)
    except ValidationError as error:
        details = [f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()]
        raise BadRequest("; ".join(details)) from error
