"""A real worker process, and other programs that know only its broker's URL."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from celery import Celery
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import Engine

from services.ingest.app import create_app
from shared.config import Settings, load_settings
from shared.db.connection.engine import connect_engine
from shared.messaging.celery_app import BULK, INTERACTIVE, WORKER_QUEUES
from shared.storage.storage import Storage
from shared.web.context import EXTENSION
from tagloop.local.datadir import DataDir
from tagloop.local.environment import broker_url
from tests.support.conditions import wait_for
from tests.support.databases import Databases
from tests.support.pictures.rows import read_row, store_image

ROOT = Path(__file__).parents[3]
RESULT_SECONDS = 60.0
START_SECONDS = 90.0
STOP_SECONDS = 30.0


@pytest.fixture(scope="module")
def worker_settings(
    backing: DataDir, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """Settings of one worker for all tests of this file."""
    with Redis(unix_socket_path=str(backing.redis_socket)) as redis:
        redis.flushall()
    with databases.migrated() as database_url:
        yield load_settings(
            database_url=database_url,
            broker_url=broker_url(backing),
            storage_url=tmp_path_factory.mktemp("blobs").as_uri(),
            device="cpu",
            fetch_allowed_hosts=frozenset({"127.0.0.1"}),
        )


@pytest.fixture(scope="module")
def foreign(worker_settings: Settings) -> Iterator[Celery]:
    """Another program's Celery app, which knows only the broker's URL."""
    with Celery(
        "other", broker=worker_settings.broker_url, backend=worker_settings.broker_url
    ) as app:
        yield app


@pytest.fixture(scope="module", autouse=True)
def worker(worker_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    log_path = tmp_path_factory.mktemp("logs") / "worker.log"
    environment = {
        **os.environ,
        "TAGLOOP_DATABASE_URL": worker_settings.database_url,
        "TAGLOOP_BROKER_URL": worker_settings.broker_url,
        "TAGLOOP_STORAGE_URL": worker_settings.storage_url,
        "TAGLOOP_FETCH_ALLOWED_HOSTS": '["127.0.0.1"]',
        "TAGLOOP_DEVICE": "cpu",
    }
    command = [
        *(sys.executable, "-m", "celery", "-A", "services.worker.main", "worker"),
        *("--pool", "threads", "--queues", ",".join(WORKER_QUEUES)),
        *("--without-gossip", "--without-mingle"),
    ]
    with log_path.open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        wait_for(
            lambda: process.poll() is not None or "worker ready" in log_path.read_text(),
            "the worker",
            START_SECONDS,
        )
        assert process.poll() is None, log_path.read_text()[-2000:]
        yield
        process.terminate()
        assert process.wait(STOP_SECONDS) == 0, log_path.read_text()[-2000:]
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def engine(worker_settings: Settings) -> Iterator[Engine]:
    engine = connect_engine(worker_settings.database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def put(worker_settings: Settings, engine: Engine) -> Callable[..., UUID]:
    storage = Storage(worker_settings.storage_url)
    return partial(store_image, worker_settings, engine, storage)


class Files(SimpleHTTPRequestHandler):
    """Serves a folder."""

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, photos: dict[str, Path]) -> Iterator[str]:
    """The URL of another web server with photographs."""
    folder = tmp_path_factory.mktemp("web")
    for name, photo in photos.items():
        (folder / name).write_bytes(photo.read_bytes())
    (folder / "page.html").write_text("<!doctype html><p>no picture")
    handler = partial(Files, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def send(app: Celery, task: str, *arguments: Any, queue: str | None = None, **named: Any) -> Any:
    """Return the result of a task that is known only by its name."""
    sent = app.send_task(task, args=arguments, kwargs=named, queue=queue)
    return sent.get(timeout=RESULT_SECONDS)


@pytest.mark.parametrize("queue", [None, INTERACTIVE, BULK])
def test_images_are_tagged_by_the_name_of_the_task_on_any_queue(
    foreign: Celery,
    engine: Engine,
    put: Callable[..., UUID],
    photos: dict[str, Path],
    queue: str | None,
) -> None:
    ids = [put(photos[name].read_bytes(), owner=f"by-{queue}") for name in ("cat", "rocket")]

    result = send(foreign, "tagloop.tag_images", [str(image) for image in ids], queue=queue)

    assert result == {"claimed": 2}
    assert [read_row(engine, image)["status"] for image in ids] == ["tagged", "tagged"]


def test_more_images_than_a_batch_holds_are_tagged_all(
    foreign: Celery, engine: Engine, put: Callable[..., UUID], photos: dict[str, Path]
) -> None:
    photo = photos["rocket"].read_bytes()
    ids = [put(photo, owner=f"many-{number}") for number in range(80)]

    result = send(foreign, "tagloop.tag_images", [str(image) for image in ids], queue=BULK)

    assert result == {"claimed": 80}
    assert {read_row(engine, image)["status"] for image in ids} == {"tagged"}


@pytest.mark.parametrize("queue", [None, INTERACTIVE])
def test_a_url_comes_back_as_a_tagged_image(foreign: Celery, web: str, queue: str | None) -> None:
    image = send(foreign, "tagloop.tag_url", f"{web}/cat", owner=f"url-{queue}", queue=queue)

    assert (image["status"], image["owner"], image["error"]) == ("tagged", f"url-{queue}", None)
    assert "cat" in [tag["tag"] for tag in image["tags"]]


def test_the_same_url_again_is_the_same_image(foreign: Celery, web: str) -> None:
    first = send(foreign, "tagloop.tag_url", f"{web}/flower", owner="twice")
    again = send(foreign, "tagloop.tag_url", f"{web}/flower", owner="twice")

    assert again == first


@pytest.mark.parametrize(("path", "reason"), [("missing", "404"), ("page.html", "not a picture")])
def test_a_url_without_a_picture_comes_back_failed_with_the_reason(
    foreign: Celery, web: str, path: str, reason: str
) -> None:
    image = send(foreign, "tagloop.tag_url", f"{web}/{path}")

    assert image["status"] == "failed"
    assert reason in image["error"]


@pytest.mark.parametrize("url", ["http://10.0.0.1/a.jpg", "file:///etc/passwd", "nonsense"])
def test_a_url_that_must_not_be_fetched_is_an_error_that_says_so(foreign: Celery, url: str) -> None:
    with pytest.raises(Exception, match=r"not public|Only http"):
        send(foreign, "tagloop.tag_url", url)


def test_several_urls_at_once_all_come_back(
    foreign: Celery, web: str, photos: dict[str, Path]
) -> None:
    sent = [
        foreign.send_task("tagloop.tag_url", args=[f"{web}/{name}"], kwargs={"owner": "several"})
        for name in photos
    ]

    assert {task.get(timeout=RESULT_SECONDS)["status"] for task in sent} == {"tagged"}


@pytest.fixture
def ingest(worker_settings: Settings) -> Iterator[FlaskClient]:
    """The ingest service beside the worker."""
    app = create_app(worker_settings)
    yield app.test_client()
    app.extensions[EXTENSION].listener.close()


def test_an_upload_that_waits_gets_its_tags_in_the_answer(
    ingest: FlaskClient, photos: dict[str, Path]
) -> None:
    answer = ingest.post("/v1/images?wait=60&owner=waits", data=photos["coffee"].read_bytes())

    assert answer.status_code == 200
    image = answer.get_json()
    assert image["status"] == "tagged"
    assert image["tags"]


def test_a_url_that_waits_gets_its_tags_in_the_answer(ingest: FlaskClient, web: str) -> None:
    answer = ingest.post("/v1/images", json={"url": f"{web}/temple", "wait": 60, "owner": "waits"})

    assert answer.status_code == 200
    assert answer.get_json()["status"] == "tagged"
