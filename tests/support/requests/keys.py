"""Apps that ask for keys, keys, and clients that send them."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from services.catalog.app import BLUEPRINTS as CATALOG
from services.compat.app import BLUEPRINTS as COMPAT
from services.feedback.app import BLUEPRINTS as FEEDBACK
from services.ingest.app import BLUEPRINTS as INGEST
from shared.auth.scopes import Scope
from shared.auth.tokens import new_token
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.owners.keys import NewKey, insert_key
from shared.web import create_web_app


def app_with(settings: Settings, **changes: Any) -> Flask:
    """Create all services, with other settings."""
    return create_web_app(
        "tagloop", (*INGEST, *FEEDBACK, *CATALOG, *COMPAT), settings.model_copy(update=changes)
    )


def app_like(app: Flask) -> Flask:
    """Create the same app as in another process: it remembers no key."""
    return app_with(app.extensions["tagloop"].settings)


def make_key(engine: Engine, *scopes: Scope, **values: Any) -> str:
    """Make a key with these permissions."""
    token = new_token()
    with transaction(engine) as connection:
        insert_key(connection, token, NewKey(frozenset(scopes), **values))
    return token


def client_with(app: Flask, token: str) -> FlaskClient:
    """Return a client that sends a key with every request."""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def client_of(app: Flask, engine: Engine, *scopes: Scope, **values: Any) -> FlaskClient:
    """Return such a client, with a key made for it."""
    return client_with(app, make_key(engine, *scopes, **values))
