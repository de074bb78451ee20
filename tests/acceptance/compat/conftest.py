"""Keys and apps for the vendors' clients, on the stack that asks for keys."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask

from services.compat.app import create_app
from shared.auth.scopes import Scope
from shared.db.owners.keys import NewKey
from shared.web.context import EXTENSION
from tagloop.admin.keys import create_aws_key, create_key
from tagloop.local.settings import settings_of
from tests.acceptance.conftest import Server

MakeKey = Callable[..., str]
MakeAwsKey = Callable[..., tuple[str, str]]


@pytest.fixture
def make_key(locked: Server) -> MakeKey:
    """Make keys that may send pictures, or have other permissions."""
    return lambda *scopes, **values: create_key(locked.data, _new(scopes, values))


@pytest.fixture
def make_aws_key(locked: Server) -> MakeAwsKey:
    """Make keys for AWS's clients."""
    return lambda *scopes, **values: create_aws_key(locked.data, _new(scopes, values))


def _new(scopes: tuple[Scope, ...], values: dict[str, Any]) -> NewKey:
    return NewKey(frozenset(scopes or (Scope.INGEST,)), **values)


@contextmanager
def app_beside(server: Server, **changes: Any) -> Iterator[Flask]:
    """Run another web process of a stack, with other settings and without keys."""
    app = create_app(settings_of(server.data).model_copy(update={"auth": False, **changes}))
    yield app
    app.extensions[EXTENSION].listener.close()
