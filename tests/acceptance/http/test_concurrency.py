"""Many clients at once."""

import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.acceptance.api import Answer, Api
from tests.support.pictures.pictures import READABLE

pytestmark = pytest.mark.acceptance

JPEG = READABLE["JPEG"]()
CLIENTS = 64
WAIT_SECONDS = 60
RACE_ROUNDS = 25


def at_once(times: int, call: Callable[[int], Answer]) -> list[Answer]:
    """Make many calls at once; return the responses."""
    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(call, range(times)))


def test_many_uploads_at_once_are_all_tagged(api: Api) -> None:
    answers = at_once(
        CLIENTS, lambda _: api.upload(JPEG + os.urandom(8), owner="crowd", wait=WAIT_SECONDS)
    )

    for answer in answers:
        # Only some of the requests may wait for the worker; the others are answered at once.
        is_tagged = answer.json()["status"] == "tagged"
        assert is_tagged or answer.headers["Tagloop-Wait"] == "full"
        assert api.finished(answer.json()["id"])["status"] == "tagged"
    assert len(api.list("crowd")) == CLIENTS


def test_the_same_bytes_at_once_are_one_image(api: Api) -> None:
    picture = JPEG + os.urandom(8)

    answers = at_once(50, lambda _: api.upload(picture, owner="same"))

    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Counter(answer.status for answer in answers) == {202: 1, 200: 49}
    assert len(api.all_finished("same")) == 1


def test_the_same_pictures_in_opposite_orders_at_once(api: Api) -> None:
    pictures = [JPEG + number.to_bytes(4, "big") for number in range(80)]

    answers = at_once(6, lambda n: api.upload(*pictures[:: 1 if n % 2 else -1], owner="orders"))

    assert {answer.status for answer in answers} == {202}
    images = api.all_finished("orders")
    assert Counter(image["status"] for image in images) == {"tagged": len(pictures)}


def test_uploads_and_deletions_of_one_picture_at_once(api: Api) -> None:
    picture = JPEG + os.urandom(8)

    def race(number: int) -> Answer:
        for _ in range(RACE_ROUNDS):
            image = api.upload(picture, owner="race", wait=number % 3).json()
            for part in ("", "/file", "/thumbnail"):
                answer = api.request("GET", f"{image['url']}{part}")
                assert answer.status == 200 or answer.problem(404)
            answer = api.request("DELETE", image["url"])
            assert answer.status == 204 or answer.problem(404)
        return answer

    at_once(8, race)

    for image in api.all_finished("race"):
        assert api.request("DELETE", image["url"]).status == 204
    assert api.list("race") == []


def test_images_deleted_while_they_are_queued_stay_deleted(api: Api) -> None:
    pictures = [JPEG + os.urandom(8) for _ in range(200)]
    offered = api.upload(*pictures, owner="deleted while queued").json()["images"]

    for image in offered[::2]:
        assert api.request("DELETE", image["url"]).status == 204

    images = api.all_finished("deleted while queued")
    assert {image["id"] for image in images} == {image["id"] for image in offered[1::2]}
    assert {image["status"] for image in images} == {"tagged"}
