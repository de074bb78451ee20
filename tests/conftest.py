"""Fixtures of all tests: real Postgres and Redis, the real network, real photographs."""

import logging
import os
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import skimage
import sklearn
from celery import Celery
from hypothesis import settings as hypothesis_settings
from redis import Redis
from sqlalchemy import Engine

from services.worker.backbone import Backbone, load_backbone
from services.worker.backbone.first_model import ensure_model
from services.worker.switching.networks import LoadedNetworks
from services.worker.tagging.leases import LeaseKeeper
from services.worker.tagging.pipeline import Pipeline
from shared.auth.signing import new_secret
from shared.config import PREFIX, Settings, load_settings
from shared.db.connection.engine import connect_engine
from shared.messaging.celery_app import create_celery
from shared.model.live.model import LiveScorer
from shared.storage.storage import Storage
from shared.web.context import Context
from tagloop.local.datadir import DataDir
from tagloop.local.environment import broker_url
from tagloop.local.servers.backing import running
from tests.support.databases import Databases

# A busy machine is no reason for a property to fail.
hypothesis_settings.register_profile("without a deadline", deadline=None)
hypothesis_settings.load_profile("without a deadline")

CACHE_VARIABLE = f"{PREFIX}CACHE_DIR"
LANES = 2
UUID_TEXT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SKIMAGE = Path(skimage.__file__).parent / "data"
SKLEARN = Path(sklearn.__file__).parent / "datasets" / "images"
# Photographs that ship with Python packages.
PHOTOS = {
    "cat": SKIMAGE / "chelsea.png",
    "coffee": SKIMAGE / "coffee.png",
    "rocket": SKIMAGE / "rocket.jpg",
    "astronaut": SKIMAGE / "astronaut.png",
    "motorcycle": SKIMAGE / "motorcycle_left.png",
    "flower": SKLEARN / "flower.jpg",
    "temple": SKLEARN / "china.jpg",
}


@pytest.fixture(scope="session")
def photos() -> dict[str, Path]:
    """Photographs by what they show."""
    return PHOTOS


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a developer's own settings from changing a test; only the converted network is
    shared.
    """
    for variable in os.environ:
        if variable.startswith(PREFIX) and variable != CACHE_VARIABLE:
            monkeypatch.delenv(variable)


@pytest.fixture(scope="session")
def backing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataDir]:
    """Postgres and Redis."""
    with running(tmp_path_factory.mktemp("backing")) as data:
        yield data


@pytest.fixture(scope="session")
def databases(backing: DataDir) -> Databases:
    """Migrated databases for any number of tests."""
    return Databases(backing)


@pytest.fixture
def database(databases: Databases) -> Iterator[str]:
    """The URL of a migrated database for one test."""
    with databases.migrated() as url:
        yield url


@pytest.fixture
def empty_database(databases: Databases) -> Iterator[str]:
    """The URL of a database without any table."""
    with databases.without_tables() as url:
        yield url


@pytest.fixture
def redis(backing: DataDir) -> Iterator[Redis]:
    """The broker, empty."""
    with closing(Redis(unix_socket_path=str(backing.redis_socket))) as client:
        client.flushall()
        yield client


@pytest.fixture
def web_apps_end(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close the web apps of the test: a listener would look for its database for ever."""
    opened: list[Context] = []
    really_open = Context.open

    def remember(settings: Settings) -> Context:
        opened.append(context := really_open(settings))
        return context

    monkeypatch.setattr(Context, "open", remember)
    yield
    for context in opened:
        context.listener.close()
        context.engine.dispose()


@pytest.fixture
def settings(
    database: str, web_apps_end: None, redis: Redis, backing: DataDir, tmp_path: Path
) -> Settings:
    """Settings for a database, a broker and a storage of the test's own."""
    return load_settings(
        database_url=database,
        broker_url=broker_url(backing),
        storage_url=(tmp_path / "blobs").as_uri(),
        device="cpu",
        callback_secret=new_secret(),
    )


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    """Connections to the test's database."""
    engine = connect_engine(settings.database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def storage(settings: Settings) -> Storage:
    """The test's blobs."""
    return Storage(settings.storage_url)


@pytest.fixture
def celery(settings: Settings) -> Iterator[Celery]:
    """The services' Celery app on the test's broker."""
    app = create_celery(settings)
    yield app
    app.close()


@pytest.fixture(scope="session")
def backbone() -> Iterator[Backbone]:
    """The real network on OpenVINO."""
    backbone = load_backbone(load_settings(device="cpu"), LANES)
    yield backbone
    backbone.close()


@pytest.fixture
def pipeline(
    settings: Settings, engine: Engine, storage: Storage, backbone: Backbone
) -> Iterator[Pipeline]:
    """The tagging code of a worker, without Celery."""
    ensure_model(engine, storage, backbone)
    networks = LoadedNetworks(settings, storage, LANES)
    networks.add(backbone)
    leases = LeaseKeeper(engine, settings.lease_seconds)
    live = LiveScorer(engine, storage, settings.hold_tags)
    yield Pipeline(settings, engine, networks, leases, live)
    leases.close()
    networks.close()


def pytest_make_parametrize_id(val: object) -> str | None:
    """Replace a random id in a test's name: processes that share the tests must agree on the
    names.
    """
    return UUID_TEXT.sub("ID", val) if isinstance(val, str) and UUID_TEXT.search(val) else None


def pytest_unconfigure() -> None:
    """Relays that still hold ids for a broker that is gone would log to a stream that is closed."""
    logging.raiseExceptions = False
