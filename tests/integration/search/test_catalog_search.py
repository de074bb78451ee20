"""Search by tag, and owners' profiles."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from services.catalog.app import create_app
from shared.config import Settings
from tests.support.pictures.rows import insert_custom_tag, insert_row, set_decision, show_tag
from tests.support.requests.answers import get


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


def found(client: FlaskClient, words: str) -> list[str]:
    return [image["id"] for image in get(client, f"/v1/search?q={words}")["images"]]


def test_words_find_the_images_that_show_all_of_them_the_newest_first(
    client: FlaskClient, engine: Engine
) -> None:
    bear, both, teapot = (insert_row(engine) for _ in range(3))
    for image in (bear, both):
        show_tag(engine, image, "polar-bear")
    for image in (both, teapot):
        show_tag(engine, image, "teapot")

    assert found(client, "polar bear") == [str(both), str(bear)]
    assert found(client, "TEAPOT, Polar-Bear") == [str(both)]
    assert found(client, "teapot teapot") == [str(teapot), str(both)]


def test_searches_find_images_by_peoples_decisions(client: FlaskClient, engine: Engine) -> None:
    removed, added = insert_row(engine), insert_row(engine)
    show_tag(engine, removed, "teapot")
    set_decision(engine, removed, "teapot", present=False)
    set_decision(engine, added, "teapot", present=True)

    assert found(client, "teapot") == [str(added)]


def test_a_tag_that_people_just_made_is_found(client: FlaskClient, engine: Engine) -> None:
    assert get(client, "/v1/search?q=Grandma")["unknown"] == ["Grandma"]
    image = insert_row(engine)
    insert_custom_tag(engine, "grandma", "Grandma")
    set_decision(engine, image, "grandma", present=True)

    document = get(client, "/v1/search?q=grandma")

    assert document["tags"] == [{"tag": "grandma", "name": "Grandma"}]
    assert [image["id"] for image in document["images"]] == [str(image)]


def test_a_word_that_means_nothing_is_named(client: FlaskClient, engine: Engine) -> None:
    show_tag(engine, insert_row(engine), "teapot")

    document = get(client, "/v1/search?q=teapot qwertz")

    assert [tag["tag"] for tag in document["tags"]] == ["teapot"]
    assert (document["unknown"], document["images"], document["next"]) == (["qwertz"], [], None)


def test_pages_of_a_search_lose_nothing(client: FlaskClient, engine: Engine) -> None:
    images = [insert_row(engine) for _ in range(5)]
    for image in images:
        show_tag(engine, image, "teapot")
        show_tag(engine, image, "cup")

    walked: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = get(client, f"/v1/search?q=cup teapot&limit=2&cursor={cursor}")
        walked += [image["id"] for image in page["images"]]
        cursor = page["next"]

    assert walked == [str(image) for image in reversed(images)]


@pytest.mark.parametrize(
    "query",
    [
        *("q=%00", "q=(cat", "after=soon", "q=owner:anna&owner=bert"),
        *("q=cat&cursor=x", "q=cat&order=confidence&cursor=x", "q=cat&limit=0"),
        *("q=cat&newer_than=x", "q=cat&min_confidence=2", "q=cat&source=me"),
    ],
)
def test_invalid_searches_are_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/v1/search?{query}").status_code == 400
    assert client.get("/v1/search", query_string={"q": "cat " * 31}).status_code == 400
    assert client.get("/v1/search", query_string={"q": "x" * 501}).status_code == 400


def test_a_profile_counts_tags_and_hashtags(client: FlaskClient, engine: Engine) -> None:
    images = [
        insert_row(engine, owner="ada/1", hashtags=["sea", "sea", "Café"]),
        insert_row(engine, owner="ada/1", hashtags=["sea"]),
    ]
    for image in images:
        show_tag(engine, image, "teapot")
    set_decision(engine, images[0], "teapot", present=False)
    set_decision(engine, images[0], "cup", present=True)
    set_decision(engine, images[1], "cup", present=True)
    show_tag(engine, insert_row(engine, owner="bob"), "cup")

    profile = get(client, "/v1/owners/ada%2F1/profile")
    assert [subject["tag"] for subject in profile.pop("subjects")] == ["teapot"]
    assert profile == {
        "owner": "ada/1",
        "images": 2,
        "tags": [
            {"tag": "cup", "name": "cup", "images": 2},
            {"tag": "teapot", "name": "teapot", "images": 1},
        ],
        "hashtags": [{"hashtag": "sea", "images": 2}, {"hashtag": "Café", "images": 1}],
    }


def test_all_spellings_of_a_hashtag_are_one(client: FlaskClient, engine: Engine) -> None:
    for hashtag in ("Café", "Café", "Cafe\N{COMBINING ACUTE ACCENT}", "CAFÉ", "Café "):
        insert_row(engine, owner="ada", hashtags=[hashtag])

    hashtags = get(client, "/v1/owners/ada/profile")["hashtags"]

    assert hashtags == [{"hashtag": "Café", "images": 5}]


def test_images_without_an_owner_have_a_profile_too(client: FlaskClient, engine: Engine) -> None:
    assert client.get("/v1/owners/-/profile").status_code == 404
    insert_row(engine)

    assert get(client, "/v1/owners/-/profile")["images"] == 1


@pytest.mark.parametrize("owner", ["nobody", "%00", "x' OR '1'='1"])
def test_an_owner_without_images_has_no_profile(
    client: FlaskClient, engine: Engine, owner: str
) -> None:
    insert_row(engine, owner="ada")

    assert client.get(f"/v1/owners/{owner}/profile").status_code in (400, 404)
