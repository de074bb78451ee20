"""Azure's clients against a running Tagloop: its address, a key, a reader's key, two pictures.

It runs in an environment of its own (`make clients`). The reader's key may not send pictures.
"""

import io
import sys
from pathlib import Path

from azure.ai.vision.imageanalysis import ImageAnalysisClient
from azure.ai.vision.imageanalysis.models import VisualFeatures
from azure.cognitiveservices.vision.computervision import ComputerVisionClient
from azure.cognitiveservices.vision.computervision.models import (
    ComputerVisionErrorResponseException,
    VisualFeatureTypes,
)
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from msrest.authentication import CognitiveServicesCredentials

from tests.clients.expect import raises

URL, KEY, READER, CAT, ROCKET = sys.argv[1:]
INNER_URL = "http://10.0.0.1/a.jpg"
cat = Path(CAT).read_bytes()


def new(key: str) -> ImageAnalysisClient:
    """Return the client of version 4.0."""
    return ImageAnalysisClient(f"{URL}/compat/azure", AzureKeyCredential(key))


def old(key: str) -> ComputerVisionClient:
    """Return the client of version 3.2."""
    return ComputerVisionClient(f"{URL}/compat/azure", CognitiveServicesCredentials(key))


# Version 4.0
tags = [VisualFeatures.TAGS]
found = new(KEY).analyze(image_data=cat, visual_features=tags)
confidences = [tag.confidence for tag in found.tags.list]
assert "cat" in [tag.name for tag in found.tags.list]
assert confidences == sorted(confidences, reverse=True)
assert (found.metadata.width, found.metadata.height) == (451, 300)
assert found.caption is None

analyze = new(KEY).analyze
for call, status, inner in (
    (lambda: analyze(image_data=b"nothing", visual_features=tags), 400, "InvalidImageFormat"),
    (
        lambda: new(KEY).analyze_from_url(image_url=INNER_URL, visual_features=tags),
        400,
        "InvalidImageUrl",
    ),
    (
        lambda: analyze(image_data=cat, visual_features=[VisualFeatures.CAPTION]),
        400,
        "NotSupportedVisualFeature",
    ),
    (
        lambda: analyze(image_data=cat, visual_features=tags, language="de"),
        400,
        "NotSupportedLanguage",
    ),
    (lambda: new(READER).analyze(image_data=cat, visual_features=tags), 403, None),
):
    error = raises(HttpResponseError, call)
    assert error.status_code == status, error
    if inner is not None:
        assert error.error.code == "InvalidRequest"
        assert error.error.innererror["code"] == inner, error.error.innererror
raises(
    ClientAuthenticationError,
    lambda: new("wrong").analyze(image_data=cat, visual_features=tags),
)

# Version 3.2, whose client sends pictures in chunks.
for answer in (
    old(KEY).tag_image_in_stream(io.BytesIO(cat)),
    old(KEY).analyze_image_in_stream(
        io.BytesIO(cat), visual_features=[VisualFeatureTypes.tags, VisualFeatureTypes.description]
    ),
):
    assert "cat" in [tag.name for tag in answer.tags]
    assert (answer.metadata.width, answer.metadata.height) == (451, 300)
    assert answer.metadata.format == "Png"
assert "cat" in answer.description.tags
assert answer.description.captions == []
for call in (
    lambda: old(KEY).tag_image(INNER_URL),
    lambda: old(KEY).tag_image_in_stream(io.BytesIO(b"nothing")),
    lambda: old(KEY).analyze_image_in_stream(
        io.BytesIO(cat), visual_features=[VisualFeatureTypes.faces]
    ),
    lambda: old(KEY).analyze_image_in_stream(
        io.BytesIO(cat), visual_features=[VisualFeatureTypes.tags], details=["Celebrities"]
    ),
    lambda: old("wrong").tag_image_in_stream(io.BytesIO(cat)),
):
    raises(ComputerVisionErrorResponseException, call)
print("ok")
