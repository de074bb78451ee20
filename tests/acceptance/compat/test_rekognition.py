"""Amazon Rekognition's own client, boto3, with only the address changed."""

import base64
import re
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from PIL import Image

from shared.auth.scopes import Scope
from tests.acceptance.api import ROOT, Api
from tests.acceptance.compat.conftest import MakeAwsKey, MakeKey, app_beside
from tests.acceptance.conftest import Server
from tests.support.requests.aws import encode
from tests.support.storage.tiny_s3 import tiny_s3

pytestmark = pytest.mark.acceptance

IMAGE_HEADER = "x-tagloop-image"
DOCUMENT = ROOT / "docs" / "api" / "compat" / "rekognition.md"


def client_for(server: Server, keys: tuple[str, str]) -> Any:
    return boto3.client(
        "rekognition",
        endpoint_url=f"{server.url}/compat/rekognition",
        region_name="us-east-1",
        aws_access_key_id=keys[0],
        aws_secret_access_key=keys[1],
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.fixture
def rekognition(locked: Server, make_aws_key: MakeAwsKey) -> Any:
    return client_for(locked, make_aws_key())


@pytest.fixture
def cat(photos: dict[str, Path]) -> dict[str, bytes]:
    return {"Bytes": photos["cat"].read_bytes()}


def named(answer: Any) -> dict[str, Any]:
    return {label["Name"]: label for label in answer["Labels"]}


def test_a_program_needs_only_the_variables_in_the_document(
    locked: Server,
    make_aws_key: MakeAwsKey,
    cat: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key_id, secret = make_aws_key()
    values = {
        "AWS_ENDPOINT_URL_REKOGNITION": f"{locked.url}/compat/rekognition",
        "AWS_ACCESS_KEY_ID": key_id,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    first_steps = DOCUMENT.read_text().partition("In code")[0]
    for name in set(re.findall("AWS_[A-Z_]+", first_steps)):
        monkeypatch.setenv(name, values[name])

    assert "Cat" in named(boto3.Session().client("rekognition").detect_labels(Image=cat))


def test_labels_have_their_parents_aliases_and_categories(
    rekognition: Any, cat: dict[str, bytes]
) -> None:
    answer = rekognition.detect_labels(Image=cat)

    labels = named(answer)
    confidences = [label["Confidence"] for label in answer["Labels"]]
    assert confidences == sorted(confidences, reverse=True)
    assert min(confidences) >= 55
    assert labels["Cat"]["Confidence"] > 90
    parents = [parent["Name"] for parent in labels["Cat"]["Parents"]]
    assert parents[0] == "Feline"
    assert parents[-1] == "Animal"
    assert set(parents) <= set(labels)
    assert labels["Cat"]["Categories"] == [{"Name": "Animal"}]
    assert labels["Cat"]["Instances"] == []
    assert {"Name": "True Cat"} in labels["Cat"]["Aliases"]
    assert answer["LabelModelVersion"] == "1"
    assert "ImageProperties" not in answer


def test_labels_are_limited_and_filtered(rekognition: Any, cat: dict[str, bytes]) -> None:
    def detect(limits: dict[str, Any], **filters: list[str]) -> set[str]:
        settings = {"GeneralLabels": filters} if filters else {}
        return set(named(rekognition.detect_labels(Image=cat, Settings=settings, **limits)))

    everything = detect({})
    assert len(detect({"MaxLabels": 3})) == 3
    assert detect({"MaxLabels": 0}) == everything
    assert detect({"Features": []}) == everything
    assert detect({"MinConfidence": 40}) > everything
    assert detect({"MinConfidence": 100}) == set()
    assert detect({}, LabelInclusionFilters=["Cat", "Dog"]) == {"Cat"}
    assert detect({}, LabelExclusionFilters=["Cat"]) == everything - {"Cat"}
    assert detect({}, LabelCategoryInclusionFilters=["Animal"]) == everything - {"Close-up"}
    assert detect({}, LabelCategoryExclusionFilters=["Animal"]) == {"Close-up"}
    both = detect({}, LabelInclusionFilters=["Cat"], LabelExclusionFilters=["Cat"])
    assert both == set()


def test_colours_are_returned_on_request(rekognition: Any, cat: dict[str, bytes]) -> None:
    answer = rekognition.detect_labels(
        Image=cat,
        Features=["IMAGE_PROPERTIES"],
        Settings={"ImageProperties": {"MaxDominantColors": 3}},
    )

    assert answer["Labels"] == []
    colours = answer["ImageProperties"]["DominantColors"]
    assert len(colours) == 3
    assert colours[0]["SimplifiedColor"] == "brown"
    assert set(answer["ImageProperties"]["Quality"]) == {"Brightness", "Sharpness", "Contrast"}


def test_corrections_change_the_next_answer(
    locked: Server, make_aws_key: MakeAwsKey, make_key: MakeKey, photos: dict[str, Path]
) -> None:
    rekognition = client_for(locked, make_aws_key(owner="teacher"))
    picture = {"Bytes": photos["coffee"].read_bytes()}
    first = rekognition.detect_labels(Image=picture)
    image = first["ResponseMetadata"]["HTTPHeaders"][IMAGE_HEADER]
    gone = first["Labels"][0]["Name"]
    api = Api(locked.url, make_key(Scope.FEEDBACK, Scope.READ, owner="teacher"))
    body = {"add": ["our breakfast"], "remove": [gone.lower()], "user": "ada"}
    assert api.post_json(f"/v1/images/{image}/corrections", body).status in (200, 201)

    labels = named(rekognition.detect_labels(Image=picture))

    assert labels["Our Breakfast"]["Confidence"] == 100
    assert gone not in labels
    assert all({"Name": gone} not in label["Parents"] for label in labels.values())
    [version] = versions(rekognition)
    custom = rekognition.detect_custom_labels(
        Image=picture, ProjectVersionArn=version["ProjectVersionArn"]
    )
    assert custom["CustomLabels"] == [{"Name": "our breakfast", "Confidence": 100}]


def versions(rekognition: Any) -> Any:
    [project] = rekognition.describe_projects()["ProjectDescriptions"]
    asked = {"ProjectArn": project["ProjectArn"]}
    # It would poll for hours if the live version were not RUNNING.
    rekognition.get_waiter("project_version_running").wait(**asked)
    return rekognition.describe_project_versions(**asked)["ProjectVersionDescriptions"]


def test_the_live_version_runs_and_is_neither_started_nor_stopped(
    rekognition: Any, cat: dict[str, bytes]
) -> None:
    [version] = versions(rekognition)
    arn = version["ProjectVersionArn"]
    gone = arn.replace("/version/1/", "/version/99/")

    with pytest.raises(rekognition.exceptions.ResourceInUseException):
        rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    assert rekognition.stop_project_version(ProjectVersionArn=arn)["Status"] == "STOPPING"
    with pytest.raises(rekognition.exceptions.ResourceNotFoundException):
        rekognition.detect_custom_labels(Image=cat, ProjectVersionArn=gone)


def test_refusals_raise_the_clients_own_exceptions(
    rekognition: Any, cat: dict[str, bytes], tmp_path: Path
) -> None:
    of = rekognition.exceptions
    large = tmp_path / "large.png"
    Image.new("1", (12_000, 9_000)).save(large)

    for image, error in (
        ({}, of.InvalidParameterException),
        ({**cat, "S3Object": {"Bucket": "abc", "Name": "n"}}, of.InvalidParameterException),
        ({"Bytes": b"no picture"}, of.InvalidImageFormatException),
        ({"Bytes": cat["Bytes"][:5000]}, of.InvalidImageFormatException),
        ({"Bytes": bytes(5 * 1024 * 1024 + 1)}, of.ImageTooLargeException),
        ({"Bytes": large.read_bytes()}, of.ImageTooLargeException),
        ({"S3Object": {"Bucket": "not-listed", "Name": "a.jpg"}}, of.InvalidS3ObjectException),
    ):
        with pytest.raises(error):
            rekognition.detect_labels(Image=image)
    with pytest.raises(ClientError, match="UnknownOperationException"):
        rekognition.detect_faces(Image=cat)


def test_no_picture_is_called_safe_because_it_was_not_checked(
    rekognition: Any, cat: dict[str, bytes]
) -> None:
    with pytest.raises(rekognition.exceptions.AccessDeniedException, match="safe"):
        rekognition.detect_moderation_labels(Image=cat)


def test_moderation_is_answered_by_learned_tags_only(
    locked: Server, cat: dict[str, bytes], tmp_path: Path
) -> None:
    file = tmp_path / "words.toml"
    picture = {"Image": {"Bytes": encoded(cat["Bytes"])}}
    target = {"X-Amz-Target": "RekognitionService.DetectModerationLabels"}
    for tag, status in (("cat", 200), ("nudity", 400), ("monkey", 400)):
        file.write_text(f'[words]\ncat = false\n[moderation]\n{tag} = ["Animals", "Cats"]\n')
        with app_beside(locked, compat_words=str(file)) as app:
            answer = app.test_client().post(
                "/compat/rekognition", data=encode(picture), headers=target
            )
        assert answer.status_code == status, answer.data
        if status == 200:
            found = answer.get_json(force=True)["ModerationLabels"]
            assert [(one["Name"], one["ParentName"]) for one in found] == [
                ("Animals", ""),
                ("Cats", "Animals"),
            ]
        else:
            assert tag in answer.get_json(force=True)["Message"]


def test_objects_are_read_from_listed_buckets_only(
    locked: Server, photos: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    cat, rocket = photos["cat"].read_bytes(), photos["rocket"].read_bytes()
    too_large = bytes(15 * 1024 * 1024 + 1)
    with tiny_s3() as store, app_beside(locked, s3_buckets=frozenset({"photos"})) as app:
        for name, value in (
            ("ENDPOINT", store.url),
            ("ACCESS_KEY_ID", "id"),
            ("SECRET_ACCESS_KEY", "secret"),
            ("REGION", "us-east-1"),
        ):
            monkeypatch.setenv(f"AWS_{name}", value)
        store.objects |= {
            "photos/a cat.png": cat,
            "photos/a cat.png?versionId=7": rocket,
            "photos/large.png": too_large,
            "private/cat.png": cat,
        }

        def detect(bucket: str, name: str, **version: str) -> Any:
            target = {"X-Amz-Target": "RekognitionService.DetectLabels"}
            image = {"S3Object": {"Bucket": bucket, "Name": name, **version}}
            answer = app.test_client().post(
                "/compat/rekognition", data=encode({"Image": image}), headers=target
            )
            return answer.get_json(force=True)

        assert "Cat" in named(detect("photos", "a cat.png"))
        assert "Rocket" in named(detect("photos", "a cat.png", Version="7"))
        assert detect("photos", "large.png")["Code"] == "ImageTooLargeException"
        # What is not there and what is not allowed can't be told apart.
        refusals = [detect("photos", "nothing.png"), detect("private", "cat.png")]
        assert {one["Code"] for one in refusals} == {"InvalidS3ObjectException"}
        assert refusals[0]["Message"] == refusals[1]["Message"]
        assert not any(path.startswith("private/") for path in store.asked)


def test_owners_stay_apart(
    locked: Server, make_aws_key: MakeAwsKey, make_key: MakeKey, cat: dict[str, bytes]
) -> None:
    images = {
        owner: client_for(locked, make_aws_key(owner=owner)).detect_labels(Image=cat)[
            "ResponseMetadata"
        ]["HTTPHeaders"][IMAGE_HEADER]
        for owner in ("anna", "ben")
    }

    assert images["anna"] != images["ben"]
    anna = Api(locked.url, make_key(Scope.READ, owner="anna"))
    assert anna.get(f"/v1/images/{images['anna']}")["owner"] == "anna"
    assert anna.request("GET", f"/v1/images/{images['ben']}").status == 404


def test_transient_pictures_leave_nothing(
    locked: Server, make_key: MakeKey, photos: dict[str, Path]
) -> None:
    api = Api(locked.url, make_key(Scope.READ))
    count = len(api.list(""))
    # No one has sent these bytes before.
    picture = {"Image": {"Bytes": encoded(photos["rocket"].read_bytes() + b"not kept")}}
    target = {"X-Amz-Target": "RekognitionService.DetectLabels"}
    blobs = locked.data / "blobs"
    before = {path for path in blobs.rglob("*") if path.is_file()}

    with app_beside(locked, compat_keep=False) as app:
        answer = app.test_client().post("/compat/rekognition", data=encode(picture), headers=target)

    assert named(answer.get_json(force=True))
    assert IMAGE_HEADER not in answer.headers
    assert {path for path in blobs.rglob("*") if path.is_file()} == before
    assert len(api.list("")) == count


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()
