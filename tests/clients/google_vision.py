"""google-cloud-vision against a running Tagloop: its address, a key, a reader's key, two pictures.

It runs in an environment of its own (`make clients`). The reader's key may not send pictures.
"""

import sys
from pathlib import Path

from google.api_core import exceptions
from google.cloud import vision

from tests.clients.expect import raises

URL, KEY, READER, CAT, ROCKET = sys.argv[1:]
FEATURE = vision.Feature.Type


def client_with(key: str) -> vision.ImageAnnotatorClient:
    """Return the vendor's client; only the endpoint differs."""
    return vision.ImageAnnotatorClient(
        transport="rest",
        client_options={"api_endpoint": f"{URL}/compat/google", "api_key": key},
    )


client = client_with(KEY)
cat = vision.Image(content=Path(CAT).read_bytes())
rocket = vision.Image(content=Path(ROCKET).read_bytes())

labels = client.label_detection(image=cat).label_annotations
names = [label.description for label in labels]
assert "Cat" in names, names
assert 0 < len(labels) <= 10
assert all(label.mid.startswith("/t/") for label in labels)
assert [label.score for label in labels] == sorted((one.score for one in labels), reverse=True)
assert len(client.label_detection(image=cat, max_results=2).label_annotations) == 2

# Several pictures, one of them bad: the client does not raise, the answers stay in order.
label = vision.Feature(type_=FEATURE.LABEL_DETECTION)
requests = [
    vision.AnnotateImageRequest(image=cat, features=[label]),
    vision.AnnotateImageRequest(image=vision.Image(content=b"nothing"), features=[label]),
    vision.AnnotateImageRequest(image=vision.Image(), features=[label]),
    vision.AnnotateImageRequest(image=rocket, features=[label]),
    vision.AnnotateImageRequest(
        image=vision.Image(source=vision.ImageSource(image_uri="http://10.0.0.1/a.jpg")),
        features=[label],
    ),
    vision.AnnotateImageRequest(
        image=vision.Image(source=vision.ImageSource(gcs_image_uri="gs://bucket/a.jpg")),
        features=[label],
    ),
]
answers = client.batch_annotate_images(requests=requests).responses
assert [answer.error.code for answer in answers] == [0, 3, 3, 0, 7, 7]
assert "Rocket" in [one.description for one in answers[3].label_annotations]
assert "URL" in answers[4].error.message

# What Tagloop lacks is not called safe or empty.
safety = client.safe_search_detection(image=cat).safe_search_annotation
assert safety.adult == vision.Likelihood.UNKNOWN
faces = client.face_detection(image=cat)
assert faces.error.code == 12, faces
colours = client.image_properties(image=cat).image_properties_annotation.dominant_colors.colors
assert 0 < len(colours) <= 10
assert abs(sum(colour.pixel_fraction for colour in colours)) <= 1.0001

raises(exceptions.BadRequest, lambda: client.batch_annotate_images(requests=requests[:1] * 17))
wrong = raises(exceptions.BadRequest, lambda: client_with("wrong").label_detection(image=cat))
assert "API key not valid" in str(wrong)
raises(exceptions.Forbidden, lambda: client_with(READER).label_detection(image=cat))
print("ok")
