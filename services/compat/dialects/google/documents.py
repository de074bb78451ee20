"""The request of `images:annotate`, in the JSON form of protocol buffers.

Its members may be in camelCase or snake_case, and enums may be names or numbers.
"""

from enum import IntEnum
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field

from services.compat.requests.validation import Members

MAX_IMAGES = 16
MAX_RESULTS = 10


class Feature(IntEnum):
    """What is wanted of a picture."""

    TYPE_UNSPECIFIED = 0
    FACE_DETECTION = 1
    LANDMARK_DETECTION = 2
    LOGO_DETECTION = 3
    LABEL_DETECTION = 4
    TEXT_DETECTION = 5
    SAFE_SEARCH_DETECTION = 6
    IMAGE_PROPERTIES = 7
    CROP_HINTS = 9
    WEB_DETECTION = 10
    DOCUMENT_TEXT_DETECTION = 11
    PRODUCT_SEARCH = 12
    OBJECT_LOCALIZATION = 19


def _read_feature(value: object) -> object:
    return Feature[value] if isinstance(value, str) and value in Feature.__members__ else value


class FeatureRequest(Members):
    """One feature, and how many results of it are wanted; 0: the default."""

    type: Annotated[Feature, BeforeValidator(_read_feature)] = Feature.TYPE_UNSPECIFIED
    max_results: int = Field(0, ge=0, validation_alias=AliasChoices("maxResults", "max_results"))


class ImageSource(Members):
    """Where a picture is."""

    image_uri: str = Field(default="", validation_alias=AliasChoices("imageUri", "image_uri"))
    gcs_image_uri: str = Field(
        default="", validation_alias=AliasChoices("gcsImageUri", "gcs_image_uri")
    )


class ImageOfRequest(Members):
    """A picture: its bytes in base64, or where it is."""

    content: Any = None
    source: ImageSource = ImageSource()


class AnnotateImage(Members):
    """One picture, and what is wanted of it."""

    image: ImageOfRequest = ImageOfRequest()
    features: tuple[FeatureRequest, ...] = ()


class BatchAnnotateImages(Members):
    """Several pictures."""

    requests: list[AnnotateImage] = Field(min_length=1, max_length=MAX_IMAGES)
