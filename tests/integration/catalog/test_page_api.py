"""What the page requests besides images: themes, the dial, previews of tags, the status."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Engine

from services.catalog.themes import routes
from services.catalog.themes.table import load_themes
from services.worker.tagging.pipeline import Pipeline
from shared.auth.scopes import Scope
from shared.config import Settings
from shared.storage.storage import Storage
from tests.support.learning.feedback import correct
from tests.support.pictures.rows import insert_row, set_row, show_tag, store_image
from tests.support.requests.answers import get
from tests.support.requests.keys import app_with, client_of
from tests.support.requests.uploads import blobs


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return app_with(settings).test_client()


@pytest.fixture
def tagged(tag_photos: Callable[..., dict[str, UUID]]) -> dict[str, UUID]:
    """Photographs of an owner by what they show, tagged."""
    return tag_photos(("cat", "coffee", "rocket", "flower"), "alma")


def post(client: FlaskClient, path: str, **body: Any) -> dict[str, Any]:
    """Return the document of a successful response."""
    answer = client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.get_json()
    return document


def test_a_theme_is_shown_from_eight_pictures_on_and_lists_each_once(
    client: FlaskClient, settings: Settings, engine: Engine
) -> None:
    dogs = [insert_row(engine, owner="alma") for _ in range(8)]
    for image in dogs:
        show_tag(engine, image, "dog")
        show_tag(engine, image, "animal")
    show_tag(engine, dogs[0], "domestic-cat")
    show_tag(engine, insert_row(engine), "bird")

    themes = {theme["theme"]: theme for theme in get(client, "/v1/themes")["themes"]}
    first = get(client, "/v1/themes/pets?limit=5")
    second = get(client, f"/v1/themes/pets?limit=5&cursor={first['next']}")
    app = app_with(settings, auth=True)
    bert = client_of(app, engine, Scope.READ, owner="bert")
    alma = client_of(app, engine, Scope.READ, owner="alma")

    newest = [str(image) for image in reversed(dogs)]
    assert set(themes) == {"pets", "animals"}
    assert (themes["pets"]["images"], themes["pets"]["capped"]) == (8, False)
    assert themes["pets"]["covers"] == newest[:4]
    assert not set(themes["animals"]["covers"]) & set(newest[:4])
    assert [image["id"] for image in first["images"] + second["images"]] == newest
    assert second["next"] is None
    assert get(bert, "/v1/themes")["themes"] == []
    assert get(bert, "/v1/themes/pets")["images"] == []
    assert len(get(alma, "/v1/themes")["themes"]) == 2
    assert client.get("/v1/themes/nothing").status_code == 404


@pytest.mark.parametrize(("limit", "found"), [(8, (8, True)), (10, (10, True)), (11, (11, False))])
def test_a_theme_of_several_tags_is_counted_up_to_a_limit(
    client: FlaskClient,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    limit: int,
    found: tuple[int, bool],
) -> None:
    pets = [insert_row(engine) for _ in range(11)]
    for image in pets[:10]:
        show_tag(engine, image, "dog")
    for image in pets[9:]:
        show_tag(engine, image, "domestic-cat")
    monkeypatch.setattr(routes, "MAX_COUNTED", limit)

    [theme] = get(client, "/v1/themes")["themes"]

    assert theme["theme"] == "pets"
    assert (theme["images"], theme["capped"]) == found


def test_a_removed_tag_takes_a_picture_out_of_its_theme(
    client: FlaskClient, engine: Engine
) -> None:
    images = [insert_row(engine) for _ in range(8)]
    for image in images:
        show_tag(engine, image, "bird")
    correct(client, images[0], remove=["bird"])

    assert get(client, "/v1/themes")["themes"] == []


def test_every_theme_has_a_slug_of_its_own_and_tags() -> None:
    themes = load_themes()

    assert len(themes) >= 30
    assert all(theme.tags and theme.name for theme in themes.values())


def test_higher_limits_show_less_and_their_precision_follows_the_verdicts(
    client: FlaskClient, tagged: dict[str, UUID]
) -> None:
    before = post(client, "/v1/dial")
    cat = next(image for image in before["images"] if image["id"] == str(tagged["cat"]))
    for tag in [tag["tag"] for tag in cat["tags"] if tag["confidence"] >= before["shown"]]:
        correct(client, tagged["cat"], remove=[tag])

    after = post(client, "/v1/dial", ids=[str(tagged["cat"])])

    steps = before["steps"]
    assert [step["tags"] for step in steps] == sorted(
        (step["tags"] for step in steps), reverse=True
    )
    assert steps[0]["images"] == 4
    assert {step["basis"] for step in steps} == {"network"}
    assert all(0 < step["right"] <= 1 for step in steps if step["tags"])
    assert sum(step["verdicts"] for step in steps) == 0
    assert max(step["verdicts"] for step in after["steps"]) > 0
    assert not [tag for tag in after["images"][0]["tags"] if tag["source"] == "user"]


def test_a_preview_finds_pictures_like_the_examples_and_saves_nothing(
    pipeline: Pipeline,
    settings: Settings,
    engine: Engine,
    storage: Storage,
    photos: dict[str, Path],
) -> None:
    client = app_with(settings).test_client()
    cats = [
        store_image(settings, engine, storage, photos["cat"].read_bytes(), owner)
        for owner in ("a", "b", "c")
    ]
    others = [
        store_image(settings, engine, storage, photos[name].read_bytes())
        for name in ("coffee", "rocket", "flower", "temple")
    ]
    pipeline.tag([*cats, *others])

    found = post(
        client,
        "/v1/tags/preview",
        name="our cat",
        examples=[str(cats[0])],
        counterexamples=[str(others[0])],
    )

    assert {one["image"]["id"] for one in found["found"]} == {str(cat) for cat in cats[1:]}
    assert found["images"] == 2
    assert found["found"][0]["confidence"] >= found["threshold"]
    assert {one["image"]["id"] for one in found["borderline"]} <= {str(i) for i in others[1:]}
    assert "preview" in found["note"]
    assert get(client, "/v1/tags?q=our")["tags"] == []
    assert get(client, "/v1/corrections")["corrections"] == []
    both = {"examples": [str(cats[0])], "counterexamples": [str(cats[0])]}
    assert client.post("/v1/tags/preview", json=both).status_code == 400


def test_an_owners_key_previews_on_its_own_pictures_only(
    settings: Settings, engine: Engine, tagged: dict[str, UUID]
) -> None:
    app = app_with(settings, auth=True)
    bert = client_of(app, engine, Scope.READ, owner="bert")

    answer = bert.post("/v1/tags/preview", json={"examples": [str(tagged["cat"])]})

    assert answer.status_code == 409


def test_the_status_counts_what_is_done_what_waits_and_why_it_failed(
    client: FlaskClient, settings: Settings, engine: Engine
) -> None:
    done, waiting, failed = (insert_row(engine, owner="alma") for _ in range(3))
    set_row(engine, done, "status = 'tagged', tagged_at = now()")
    set_row(engine, failed, "status = 'failed', error = 'Too dark.'")
    insert_row(engine, owner="bert")

    whole = get(client, "/v1/status")
    alma = get(
        client_of(app_with(settings, auth=True), engine, Scope.READ, owner="alma"), "/v1/status"
    )

    assert whole["images"] == {"total": 4, "tagged": 1, "queued": 2, "failed": 1}
    assert whole["failures"] == [{"error": "Too dark.", "images": 1, "example": str(failed)}]
    assert whole["per_second"]["now"] == 0.1
    assert whole["per_second"]["minutes"] == [0] * 59 + [1]
    assert whole["queues"]["tagging.bulk"] == 2
    assert whole["oldest_waiting_seconds"] >= 0
    assert whole["workers"] == []
    assert whole["ready"] is False
    assert alma["images"] == {"total": 3, "tagged": 1, "queued": 1, "failed": 1}
    assert (alma["workers"], alma["queues"], alma["set_aside"]) == (None, None, None)
    assert str(waiting) not in str(alma["failures"])


def test_todays_corrections_are_counted(client: FlaskClient, engine: Engine) -> None:
    correct(client, insert_row(engine), add=["dog", "hat"], user="anna")
    correct(client, insert_row(engine), add=["dog"], user="bert")

    anna = get(client, "/v1/review/today?user=anna")
    everyone = get(client, "/v1/review/today")

    assert (anna["answers"], anna["tags"], anna["images"]) == (2, 2, 1)
    assert (everyone["answers"], everyone["waiting"], everyone["last_run"]) == (3, 3, None)


def test_a_picture_comes_in_the_sizes_that_a_page_needs_and_they_go_with_it(
    client: FlaskClient, cat: UUID, storage: Storage, tmp_path: Path
) -> None:
    path = f"/v1/images/{cat}"
    original = Image.open(io.BytesIO(client.get(f"{path}/file").data))

    sizes = {}
    for name in ("thumbnail", "thumbnail?size=640", "screen"):
        answer = client.get(f"{path}/{name}")
        assert answer.status_code == 200, answer.text
        sizes[name] = Image.open(io.BytesIO(answer.data)).size
        tag = answer.headers["ETag"]
        again = client.get(f"{path}/{name}", headers={"If-None-Match": tag})
        assert again.status_code == 304

    # Never larger than the original.
    longest = [max(size) for size in sizes.values()]
    assert longest == [min(side, max(original.size)) for side in (320, 640, 2048)]
    assert client.get(f"{path}/thumbnail?size=5000").status_code == 400
    client.delete(path)
    assert not [name for name in blobs(tmp_path) if str(cat) in name.name]
