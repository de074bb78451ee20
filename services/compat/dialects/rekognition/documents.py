"""The requests of Rekognition's operations, with the limits of AWS' own model."""

from typing import Annotated, Any, Literal

from pydantic import Field

from services.compat.requests.validation import NO_NUL, Members

MAX_LABELS = 1000

Percent = Annotated[float, Field(ge=0, le=100)]
FilterName = Annotated[str, Field(max_length=50)]
Filter = Annotated[tuple[FilterName, ...], Field(max_length=100)]
Arn = Annotated[str, Field(min_length=20, max_length=2048)]
PageSize = Annotated[int, Field(ge=1, le=100)]
PageToken = Annotated[str | None, Field(max_length=1024)]


class ObjectInBucket(Members):
    """An object in a bucket."""

    Bucket: str = Field(pattern=r"^[0-9A-Za-z.\-_]{3,255}$")
    Name: str = Field(min_length=1, max_length=1024, pattern=NO_NUL)
    Version: str | None = Field(None, min_length=1, max_length=1024)


class RequestedPicture(Members):
    """A picture: its bytes in base64, or where it is."""

    Bytes: Any = None
    S3Object: ObjectInBucket | None = None


class WithImage(Members):
    """A request about a picture."""

    Image: RequestedPicture


class LabelFilters(Members):
    """Which labels are wanted, by their exact names and categories."""

    LabelInclusionFilters: Filter = ()
    LabelExclusionFilters: Filter = ()
    LabelCategoryInclusionFilters: Filter = ()
    LabelCategoryExclusionFilters: Filter = ()


class ColourSettings(Members):
    """How many colours are wanted."""

    MaxDominantColors: int = Field(default=10, ge=0, le=20)


class LabelSettings(Members):
    """The settings of both features."""

    GeneralLabels: LabelFilters = LabelFilters()
    ImageProperties: ColourSettings = ColourSettings()


class DetectLabels(WithImage):
    """DetectLabels."""

    MaxLabels: int = Field(MAX_LABELS, ge=0)
    MinConfidence: Percent = 55.0
    # None of them is the default as well: no labels would say that nothing was found.
    Features: list[Literal["GENERAL_LABELS", "IMAGE_PROPERTIES"]] = Field([], max_length=2)
    Settings: LabelSettings = LabelSettings()


class DetectCustomLabels(WithImage):
    """DetectCustomLabels."""

    ProjectVersionArn: Arn
    MaxResults: int = Field(MAX_LABELS, ge=0)
    MinConfidence: Percent = 0.0


class DetectModerationLabels(WithImage):
    """DetectModerationLabels."""

    MinConfidence: Percent = 50.0


class DescribeProjects(Members):
    """DescribeProjects."""

    ProjectNames: list[str] = Field([], max_length=10)
    Features: list[str] = Field([], max_length=2)
    MaxResults: PageSize = 100
    NextToken: PageToken = None


class DescribeProjectVersions(Members):
    """DescribeProjectVersions."""

    ProjectArn: Arn
    VersionNames: list[str] = Field([], max_length=10)
    MaxResults: PageSize = 100
    NextToken: PageToken = None


class StartProjectVersion(Members):
    """StartProjectVersion."""

    ProjectVersionArn: Arn
    MinInferenceUnits: int = Field(ge=1)


class StopProjectVersion(Members):
    """StopProjectVersion."""

    ProjectVersionArn: Arn
