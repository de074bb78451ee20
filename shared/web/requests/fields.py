"""Fields that the requests of several services share."""

from typing import Annotated

from pydantic import BaseModel, Field

# Postgres keeps no NUL character in text, and the driver refuses to ask for one.
NO_NUL = r"^[^\x00]*$"
# Any way to write a UUID is shorter.
IMAGE_ID_LENGTH = 64

ImageId = Annotated[str, Field(max_length=IMAGE_ID_LENGTH)]


class ImagePath(BaseModel):
    """Names an image."""

    image_id: str
