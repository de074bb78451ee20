"""PhotoPrism and Imagga, which have no client library: requests as their programs send them."""

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import urllib3

from shared.auth.scopes import Scope
from tests.acceptance.api import Api
from tests.acceptance.compat.conftest import MakeKey
from tests.acceptance.conftest import Server
from tests.acceptance.origin import serving
from tests.support.requests.sending import send

pytestmark = pytest.mark.acceptance

JSON = {"Content-Type": "application/json"}


class Caller:
    """Sends requests to one dialect."""

    def __init__(self, server: Server, name: str, key: str, basic: str = "") -> None:
        self.root = f"{server.url}/compat/{name}"
        headers = urllib3.make_headers(basic_auth=basic) if basic else {}
        self.headers = headers or {"Authorization": f"Bearer {key}"}

    def send(self, method: str, path: str, status: int = 200, **options: Any) -> dict[str, Any]:
        """Return the JSON of a response with that status."""
        headers = {**self.headers, **options.pop("headers", {})}
        answer = send(method, f"{self.root}{path}", headers=headers, **options)
        assert answer.status == status, answer.data
        assert answer.headers["Content-Type"] == "application/json"
        document = json.loads(answer.data)
        assert isinstance(document, dict)
        return document


def data_url(picture: Path) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(picture.read_bytes()).decode()}"


def test_photoprism_gets_the_labels_of_a_photo(
    locked: Server, make_key: MakeKey, photos: dict[str, Path]
) -> None:
    photoprism = Caller(locked, "photoprism", make_key())
    asked = {"id": "a-uuid", "model": "tagloop", "version": "latest", "stream": False}

    answer = photoprism.send(
        "POST",
        "/labels",
        json={**asked, "images": [data_url(photos["cat"]), data_url(photos["rocket"])]},
    )

    assert answer["id"] == "a-uuid"
    assert answer["code"] == 200
    assert answer["model"] == {"type": "labels", "name": "tagloop", "version": "1"}
    labels = {label["name"]: label for label in answer["result"]["labels"]}
    assert labels["cat"]["categories"] == ["feline", "mammal"]
    assert "rocket" in labels
    assert "vertebrate" not in labels
    assert all(0.4 <= label["confidence"] <= 1 for label in labels.values())
    assert answer["result"]["labels"][0]["confidence"] == max(
        label["confidence"] for label in labels.values()
    )


def test_errors_have_the_form_of_photoprism(locked: Server, make_key: MakeKey) -> None:
    photoprism = Caller(locked, "photoprism", make_key())

    for path, document, status in (
        ("/labels", {"id": "x", "images": []}, 400),
        ("/labels", {"id": "x", "images": ["data:image/jpeg;base64,AAAA"]}, 415),
        ("/labels", {"id": "x", "url": "http://10.0.0.1/a.jpg"}, 400),
        ("/labels", {"id": "x", "images": ["AAAA"] * 4}, 400),
        ("/nsfw", {"id": "x"}, 404),
    ):
        answer = photoprism.send("POST", path, status, json=document)
        assert answer["code"] == status
        assert answer["error"]
    wrong = Caller(locked, "photoprism", "wrong").send("POST", "/labels", 401, json={})
    assert wrong["code"] == 401


def test_imagga_tags_what_is_sent_or_uploaded(
    locked: Server, make_key: MakeKey, photos: dict[str, Path]
) -> None:
    key = make_key(owner="imagga")
    cat = photos["cat"].read_bytes()
    for basic in (f"acc_123:{key}", f"{key}:secret"):
        imagga = Caller(locked, "imagga", key, basic)
        file = imagga.send("POST", "/v2/tags", fields={"image": ("cat.png", cat)})
        tags = [tag["tag"]["en"] for tag in file["result"]["tags"]]
        assert "cat" in tags
        assert file["status"] == {"text": "", "type": "success"}
    text = base64.b64encode(cat).decode()
    url_encoded = {"Content-Type": "application/x-www-form-urlencoded"}
    for options in (
        {"fields": {"image_base64": text}},
        {"body": urlencode({"image_base64": text}), "headers": url_encoded},
    ):
        sent = imagga.send("POST", "/v2/tags/general_v3", **options)
        assert sent["result"] == file["result"]
    upload = imagga.send("POST", "/v2/uploads", fields={"image": ("cat.png", cat)})
    upload_id = upload["result"]["upload_id"]
    uploaded = imagga.send("GET", f"/v2/tags?image_upload_id={upload_id}&limit=2&threshold=50")
    assert len(uploaded["result"]["tags"]) == 2
    for no_limit in (-1, 0):
        unlimited = imagga.send("GET", f"/v2/tags?image_upload_id={upload_id}&limit={no_limit}")
        assert unlimited["result"] == file["result"]
    # Another owner does not see it, and to delete takes more than to send.
    other = Caller(locked, "imagga", make_key(owner="other"))
    assert other.send("GET", f"/v2/tags?image_upload_id={upload_id}", 404)["status"]["text"]
    assert imagga.send("DELETE", f"/v2/uploads/{upload_id}", 403)["status"]["type"] == "error"
    admin = Caller(locked, "imagga", make_key(Scope.ADMIN, owner="imagga"))
    admin.send("DELETE", f"/v2/uploads/{upload_id}")
    imagga.send("GET", f"/v2/tags?image_upload_id={upload_id}", 404)


def test_errors_have_the_form_of_imagga(
    locked: Server, make_key: MakeKey, photos: dict[str, Path]
) -> None:
    imagga = Caller(locked, "imagga", make_key())
    picture = ("a.png", photos["cat"].read_bytes())

    for method, path, fields, status in (
        ("GET", "/v2/tags", None, 400),
        ("GET", "/v2/tags?image_url=http://10.0.0.1/a.jpg", None, 400),
        ("GET", "/v2/tags?image_url=a&limit=x", None, 400),
        ("GET", "/v2/tags?image_url=a&limit=-2", None, 400),
        ("GET", "/v2/tags?image_url=a&threshold=101", None, 400),
        ("GET", "/v2/tags?image_url=a&limit=1&limit=2", None, 400),
        ("POST", "/v2/tags", {"image": ("a.png", b"nothing")}, 400),
        ("POST", "/v2/tags", {"image": picture, "image_url": "http://10.0.0.1/a.jpg"}, 400),
        ("POST", "/v2/tags", [("image", picture), ("image", picture)], 400),
        ("POST", "/v2/tags", [("image_base64", "aaaa"), ("image_base64", "aaaa")], 400),
        ("GET", "/v2/tags?image_upload_id=i05e1", None, 404),
        ("GET", "/v2/colors", None, 404),
    ):
        options = {"fields": fields} if fields else {}
        answer = imagga.send(method, path, status, **options)
        assert answer["status"]["type"] == "error"
        assert answer["status"]["text"]
    two = Caller(locked, "imagga", "", f"{make_key()}:{make_key()}")
    assert "two" in two.send("GET", "/v2/tags", 401)["status"]["text"]


def test_every_vendors_addresses_are_fetched_for_the_keys_owner(
    locked: Server, make_key: MakeKey
) -> None:
    label = {"type": "LABEL_DETECTION"}
    with serving() as origin:
        for owner in ("carla", "dan"):
            key = make_key(owner=owner)
            url = f"{origin}/{owner}"
            image = {"source": {"imageUri": url}}
            asked: dict[str, tuple[str, str, Any]] = {
                "google": (
                    "POST",
                    "/v1/images:annotate",
                    {"requests": [{"image": image, "features": [label]}]},
                ),
                "azure": ("POST", "/vision/v3.2/tag", {"url": url}),
                "imagga": ("GET", f"/v2/tags?image_url={url}", None),
                "photoprism": ("POST", "/labels", {"id": "x", "url": url}),
            }
            for name, (method, path, document) in asked.items():
                answer = send(
                    method,
                    f"{locked.url}/compat/{name}{path}",
                    headers={"Authorization": f"Bearer {key}"},
                    **({"json": document} if document else {}),
                )
                assert answer.status == 200, (name, answer.data)
                image_id = answer.headers["X-Tagloop-Image"]
                for reader, status in ((owner, 200), ("eve", 404)):
                    api = Api(locked.url, make_key(Scope.READ, owner=reader))
                    assert api.request("GET", f"/v1/images/{image_id}").status == status, name


def test_a_key_in_an_address_is_in_no_log(locked: Server, make_key: MakeKey) -> None:
    key = make_key()
    address = f"{locked.url}/compat/google/v1/images:annotate?key={key}"
    for body in (b'{"requests": [{}]}', b"{"):
        send("POST", address, body=body, headers=JSON)
    send("POST", address.replace("annotate", "nothing"), body=b"{}", headers=JSON)

    for log in (locked.data / "logs").iterdir():
        assert key not in log.read_text(errors="replace"), log


def test_chunked_bodies_are_taken_up_to_the_limit(locked: Server, make_key: MakeKey) -> None:
    azure = Caller(locked, "azure", make_key())
    pieces = (bytes(1024 * 1024) for _ in range(20))

    answer = azure.send("POST", "/vision/v3.2/tag", 400, body=pieces)

    assert answer["error"]["innererror"]["code"] == "InvalidImageSize"
    assert Api(locked.url).request("GET", "/healthz").status == 200
