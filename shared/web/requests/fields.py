"""Request fields that several services share."""

from typing import Annotated

from pydantic import BaseModel, Field

# Postgres text cannot hold NUL characters, and the driver rejects them.
NO_NUL = r"^[^\x00]*$"
# Longer than any form of a UUID.
IMAGE_ID_LENGTH = 64

ImageId = Annotated[str, Field(max_length=IMAGE_ID_LENGTH)]


class ImagePath(BaseModel):
    """Id of an image."""

    image_id: str
