"""Near-duplicates appear once in lists, searches and visual search."""

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from services.catalog.app import create_app
from services.worker.background.stacking import stack_images
from shared.config import Settings
from tests.support.pictures.rows import show_tag
from tests.support.pictures.stacks import insert_network, look, store_looks
from tests.support.requests.answers import get

ONE, OTHER = 0, 0b1111_1111_1111
ANGLES = (0, 0.1, 0.3, 0.5, 0.7, 0.9)


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


@pytest.fixture
def images(engine: Engine) -> list[UUID]:
    """A dog, a picture of its own, the same dog twice, a cat, the same dog: oldest first."""
    backbone_id = insert_network(engine)
    hashes = [ONE, OTHER, ONE, ONE, ~OTHER, ONE]
    looks = [look(bits) for bits in hashes]
    ids = store_looks(engine, backbone_id, list(zip(looks, ANGLES, strict=True)))
    for number in (0, 2, 3, 1):
        show_tag(engine, ids[number], "dog", confidence=0.5 + number / 10)
    # The newest copy has another tag.
    show_tag(engine, ids[5], "cat")
    stack_images(engine)
    return ids


def shown(answer: dict[str, Any]) -> list[str]:
    return [image["id"] for image in answer["images"]]


def texts(images: list[UUID], *numbers: int) -> list[str]:
    return [str(images[number]) for number in numbers]


@pytest.mark.parametrize("path", ["/v1/images", "/v1/search"])
def test_a_list_shows_the_first_of_a_stack_on_whatever_page(
    client: FlaskClient, images: list[UUID], path: str
) -> None:
    everything = get(client, f"{path}?stacks=true")

    assert shown(everything) == texts(images, 5, 4, 1)
    stack = everything["images"][0]["stack"]
    assert (stack["size"], stack["why"]) == (4, "same")
    assert everything["images"][1]["stack"] is None
    assert shown(get(client, path)) == texts(images, 5, 4, 3, 2, 1, 0)

    first = get(client, f"{path}?stacks=true&limit=2")
    second = get(client, f"{path}?stacks=true&limit=2&cursor={first['next']}")
    assert shown(first) + shown(second) == shown(everything)


def test_a_stack_is_found_by_any_of_its_images(client: FlaskClient, images: list[UUID]) -> None:
    newest = get(client, "/v1/search?q=dog&stacks=true")
    surest = get(client, "/v1/search?q=dog&stacks=true&order=confidence")

    assert shown(newest) == texts(images, 3, 1)
    assert newest["total"] == 4
    assert shown(surest) == texts(images, 3, 1)
    assert surest["images"][0]["stack"]["size"] == 4


def test_the_images_of_a_stack_are_listed(client: FlaskClient, images: list[UUID]) -> None:
    answer = get(client, f"/v1/images/{images[2]}/stack")
    alone = get(client, f"/v1/images/{images[1]}/stack")

    assert (shown(answer), answer["why"]) == (texts(images, 5, 3, 2, 0), "same")
    assert (shown(alone), alone["why"]) == (texts(images, 1), None)


def test_visual_search_returns_no_near_duplicates(client: FlaskClient, images: list[UUID]) -> None:
    path = f"/v1/images/{images[1]}/similar"

    assert shown(get(client, path)) == texts(images, 0, 4)
    assert shown(get(client, f"{path}?near_duplicates=true")) == texts(images, 0, 2, 3, 4, 5)
    assert shown(get(client, f"/v1/images/{images[0]}/similar")) == texts(images, 1, 4)
