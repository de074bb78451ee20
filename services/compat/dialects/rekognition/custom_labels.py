"""DetectCustomLabels: the tags that people taught."""

from typing import Any

from services.compat.dialects.rekognition.documents import DetectCustomLabels
from services.compat.dialects.rekognition.errors import AwsError
from services.compat.dialects.rekognition.labels import percent
from services.compat.dialects.rekognition.picture import read_picture
from services.compat.dialects.rekognition.projects import find_version
from services.compat.pictures.labels import surest
from services.compat.pictures.tagging import PictureOutcome, tagging_one


def detect_custom_labels(request: DetectCustomLabels) -> tuple[dict[str, Any], PictureOutcome]:
    """Answer DetectCustomLabels; names are as people wrote them."""
    version = find_version(request.ProjectVersionArn)
    if not version.is_live:
        raise AwsError(
            "ResourceNotReadyException",
            f"Version {version.number} is not live; DescribeProjectVersions names the one that is "
            "RUNNING.",
        )
    content = read_picture(request.Image)
    with tagging_one(content) as outcome:
        labels = [
            {"Name": label.name, "Confidence": percent(label)}
            for label in surest(outcome.labels)
            if label.is_taught and percent(label) >= request.MinConfidence
        ]
        return {"CustomLabels": labels[: request.MaxResults or None]}, outcome
