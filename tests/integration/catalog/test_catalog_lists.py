"""Lists of the catalog: filters, cursors and the vocabulary."""

from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from services.catalog.app import create_app
from shared.config import Settings
from shared.model.vocabulary import load_imagenet
from tests.support.pictures.rows import insert_row, set_row, show_tag
from tests.support.requests.answers import get

PROBLEM = "application/problem+json"


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


def test_pages_of_a_list_lose_nothing_and_repeat_nothing(
    client: FlaskClient, engine: Engine
) -> None:
    images = [insert_row(engine, owner="ada" if n % 3 else "bob") for n in range(23)]

    walked: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = get(client, f"/v1/images?limit=5&cursor={cursor}")
        walked += [image["id"] for image in page["images"]]
        cursor = page["next"]
        # What arrives meanwhile is newer than every page that is still to come.
        insert_row(engine)

    assert walked == [str(image) for image in reversed(images)]


def test_the_last_page_has_no_next_one_even_if_it_is_full(
    client: FlaskClient, engine: Engine
) -> None:
    for _ in range(4):
        insert_row(engine)

    page = get(client, "/v1/images?limit=2")
    assert page["next"]
    assert get(client, f"/v1/images?limit=2&cursor={page['next']}")["next"] is None


def test_a_repeated_tag_asks_for_images_with_all_of_them(
    client: FlaskClient, engine: Engine
) -> None:
    both, one = insert_row(engine), insert_row(engine)
    for image, tag in ((both, "cup"), (both, "teapot"), (one, "cup")):
        show_tag(engine, image, tag)

    found = get(client, "/v1/images?tag=cup&tag=teapot")["images"]

    assert [image["id"] for image in found] == [str(both)]
    assert client.get("/v1/images?tag=cup&tag=nonsense").status_code == 404


def test_filters_narrow_the_list(client: FlaskClient, engine: Engine, cat: UUID) -> None:
    failed = insert_row(engine, owner="ada")
    set_row(engine, failed, "status = 'failed', error = 'damaged'")
    waiting = insert_row(engine, owner="ada")

    def ids(query: str) -> list[str]:
        return [image["id"] for image in get(client, f"/v1/images?{query}")["images"]]

    assert ids("owner=ada") == [str(waiting), str(failed)]
    assert ids("owner=ada&status=failed") == [str(failed)]
    assert ids("tag=cat") == ids("tag=%23CAT") == [str(cat)]
    assert ids("tag=cat&owner=ada") == []
    assert ids("owner=") == [str(cat)]


def test_the_vocabulary_is_walked_whole_page_by_page(client: FlaskClient) -> None:
    slugs: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = get(client, f"/v1/tags?limit=500&cursor={cursor}")
        slugs += [tag["tag"] for tag in page["tags"]]
        cursor = page["next"]

    assert slugs == sorted(tag.slug for tag in load_imagenet().tags)


@pytest.mark.parametrize("beginning", ["golden ret", "Golden-Ret", "GOLDEN RETRIEVER"])
def test_a_tag_is_found_by_its_beginning(client: FlaskClient, beginning: str) -> None:
    tags = get(client, f"/v1/tags?q={beginning}")["tags"]

    assert "golden-retriever" in [tag["tag"] for tag in tags]


@pytest.mark.parametrize("wild", ["%25", "_", "\\", "100%25"])
def test_characters_special_to_sql_stand_for_themselves(client: FlaskClient, wild: str) -> None:
    assert get(client, f"/v1/tags?q={wild}")["tags"] == []


def test_a_tag_knows_its_relatives(client: FlaskClient) -> None:
    tag = get(client, "/v1/tags/golden-retriever")

    assert tag["wordnet_id"] == "n02099601"
    assert tag["definition"]
    parent = get(client, f"/v1/tags/{tag['parents'][0]}")
    assert "golden-retriever" in parent["children"]


@pytest.mark.parametrize("name", ["golden-retriever", "Golden Retrievers", "golden%20retrievers"])
def test_a_plural_names_a_tag_wherever_one_is_asked_for(
    client: FlaskClient, engine: Engine, name: str
) -> None:
    image = insert_row(engine)

    assert get(client, f"/v1/tags/{name}")["tag"] == "golden-retriever"
    assert get(client, f"/v1/images?tag={name}")["images"] == []
    assert get(client, f"/v1/images/{image}?tags={name}")["id"] == str(image)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/v1/images/{uuid4()}", 404),
        ("/v1/images/not-an-id", 404),
        ("/v1/images/%00", 404),
        (f"/v1/images/{uuid4()}/file", 404),
        (f"/v1/images/{uuid4()}/thumbnail", 404),
        ("/v1/images?cursor=broken!", 400),
        ("/v1/images?cursor=AAAA", 400),
        ("/v1/images?limit=0", 400),
        ("/v1/images?limit=501", 400),
        ("/v1/images?limit=many", 400),
        ("/v1/images?status=lost", 400),
        ("/v1/images?owner=%00", 400),
        ("/v1/images?tag=no-such-tag", 404),
        ("/v1/images?tag=%00", 404),
        (f"/v1/images/{uuid4()}?min_confidence=2", 400),
        (f"/v1/images/{uuid4()}?min_confidence=nan", 400),
        (f"/v1/images/{uuid4()}?max_tags=0", 400),
        ("/v1/tags/no-such-tag", 404),
        ("/v1/tags/%00", 404),
        ("/v1/tags?cursor=%FF", 400),
        ("/v1/tags?cursor=AA", 400),
        ("/v1/tags?q=%00", 400),
        ("/v1/nothing", 404),
    ],
)
def test_an_invalid_query_is_answered_by_a_problem_document(
    client: FlaskClient, path: str, status: int
) -> None:
    answer = client.get(path)

    assert answer.status_code == status, answer.text
    assert answer.mimetype == PROBLEM
    assert answer.get_json()["status"] == status
    assert answer.get_json()["detail"]


def test_the_service_describes_itself(client: FlaskClient) -> None:
    document = get(client, "/openapi.json")

    assert {"/v1/images", "/v1/images/{image_id}", "/v1/tags"} <= document["paths"].keys()
