"""What sets an owner's pictures apart from everybody else's."""

from sqlalchemy import Engine

from shared.auth.scopes import Scope
from shared.config import Settings
from tests.support.pictures.rows import insert_row, show_tag
from tests.support.requests.answers import get
from tests.support.requests.keys import app_with, client_of


def test_a_profile_names_what_distinguishes_the_owners_pictures(
    settings: Settings, engine: Engine
) -> None:
    for owner, slug in (("alma", "bird"), ("bert", "car"), ("carl", "car")):
        for _ in range(6):
            image = insert_row(engine, owner=owner)
            show_tag(engine, image, slug)
            show_tag(engine, image, "hat")
    client = app_with(settings).test_client()

    subjects = get(client, "/v1/owners/alma/profile")["subjects"]

    assert subjects[0]["tag"] == "bird"
    assert (subjects[0]["share"], subjects[0]["everybody"]) == (1.0, 0.0)
    assert (subjects[0]["images"], subjects[0]["days"]) == (6, 1)
    assert len(subjects[0]["examples"]) == 4
    assert subjects[0]["score"] > 0
    assert "car" not in {subject["tag"] for subject in subjects}


def test_owners_are_listed_and_an_owners_key_sees_itself(
    settings: Settings, engine: Engine
) -> None:
    for owner in ("alma", "anna", "bert"):
        insert_row(engine, owner=owner)
    client = app_with(settings).test_client()
    bert = client_of(app_with(settings, auth=True), engine, Scope.READ, owner="bert")

    first = get(client, "/v1/owners?q=A&limit=1")
    second = get(client, f"/v1/owners?q=A&limit=1&cursor={first['next']}")

    assert first["owners"] == [{"owner": "alma", "images": 1}]
    assert second["owners"] == [{"owner": "anna", "images": 1}]
    assert get(bert, "/v1/owners")["owners"] == [{"owner": "bert", "images": 1}]
