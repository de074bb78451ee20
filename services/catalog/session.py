"""`/v1/session`: sign in with a key, sign out, and identify the caller."""

from typing import Any

from flask import Request, Response, current_app, jsonify, request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from shared.auth.authentication import Authentication, authentication_of, bearer_key
from shared.auth.scopes import Scope
from shared.auth.sessions import (
    SESSION_SECONDS,
    clear_session_cookie,
    csrf_token_of,
    new_session_token,
    refuse_forged,
    refuse_other_sites,
    session_token,
    set_session_cookie,
)
from shared.auth.tokens import digest_of
from shared.db.connection.engine import transaction
from shared.db.owners.keys import Key
from shared.db.owners.sessions import Session, insert_session
from shared.errors import Conflict, InvalidKey
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context

KEY_LENGTH = 200
NO_STORE = {"Cache-Control": "no-store"}

session = APIBlueprint("session", __name__, abp_tags=[Tag(name="session")])


class SignIn(BaseModel):
    """The key to sign in with."""

    key: str = Field(max_length=KEY_LENGTH, description="a key of `tagloop keys create`")


class Caller(BaseModel):
    """The caller and their permissions."""

    auth: bool = Field(description="whether this server asks for keys")
    signed_in: bool = Field(description="true also where no keys are asked for")
    owner: str | None = Field(description="only this owner's images; null: all images")
    scopes: list[str] = Field(description="what the key permits")
    key_name: str | None = Field(description="what the key is for")
    csrf: str | None = Field(
        description="send it as X-CSRF-Token with each request that changes something"
    )
    expires_at: str | None = Field(description="when the session ends")


_NO_ONE: dict[str, Any] = {
    "auth": True,
    "signed_in": False,
    "owner": None,
    "scopes": [],
    "key_name": None,
    "csrf": None,
    "expires_at": None,
}


@session.get(
    "/v1/session", summary="Get the current session", responses={200: Caller, 401: ProblemDocument}
)
def get_session() -> tuple[dict[str, Any], dict[str, str]]:
    """Describes the caller, identified by a key or a session."""
    authentication = authentication_of(current_app)
    if authentication is None:
        return _describe_open(), NO_STORE
    if "Authorization" in request.headers:
        return _describe(bearer_key(request, authentication.ring)), NO_STORE
    token = session_token(request)
    found = token and authentication.ring.verify_session(token)
    if not token or not found:
        return _NO_ONE, NO_STORE
    return _describe_session(found, token), NO_STORE


@session.post(
    "/v1/session",
    summary="Sign in with a key",
    responses={
        200: Caller,
        401: ProblemDocument,
        403: ProblemDocument,
        409: ProblemDocument,
        429: ProblemDocument,
    },
)
def post_session(body: SignIn) -> Response:
    """Opens a session for seven days. It ends earlier if its key is revoked."""
    authentication = _existing_authentication()
    refuse_other_sites(request)
    authentication.limits.count_sign_in(_address_of(request))
    key = authentication.ring.verify(body.key.strip())
    if key is None:
        raise InvalidKey("This key is unknown, or was revoked.")
    token = new_session_token()
    with transaction(context().engine) as connection:
        expires_at = insert_session(connection, digest_of(token), key.id, SESSION_SECONDS)
    response = jsonify(_describe_session(Session(key, expires_at), token))
    response.headers.update(NO_STORE)
    set_session_cookie(request, response, token)
    return response


@session.delete("/v1/session", summary="Sign out", responses={204: None, 403: ProblemDocument})
def delete_session() -> Response:
    """Ends the cookie's session. Without a session, does nothing."""
    authentication = authentication_of(current_app)
    token = session_token(request)
    response = Response(status=204)
    if authentication is not None and token is not None:
        if authentication.ring.verify_session(token) is not None:
            refuse_forged(request, token)
            authentication.ring.end_session(token)
        clear_session_cookie(response)
    return response


def _existing_authentication() -> Authentication:
    authentication = authentication_of(current_app)
    if authentication is None:
        raise Conflict("This server asks for no keys (TAGLOOP_AUTH is off), so no one can sign in.")
    return authentication


def _address_of(request: Request) -> str:
    """Return the caller's address, as reported by the proxy in front of this server, if any.

    Only the last entry of `X-Forwarded-For` comes from our proxy; the caller can forge the others.
    """
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded[:100] or request.remote_addr or "this machine"


def _describe_open() -> dict[str, Any]:
    return {**_NO_ONE, "auth": False, "signed_in": True, "scopes": sorted(Scope)}


def _describe(key: Key) -> dict[str, Any]:
    return {
        **_NO_ONE,
        "signed_in": True,
        "owner": key.access.owner,
        "scopes": sorted(key.scopes),
        "key_name": key.name,
    }


def _describe_session(found: Session, token: str) -> dict[str, Any]:
    return {
        **_describe(found.key),
        "csrf": csrf_token_of(token),
        "expires_at": found.expires_at.isoformat(),
    }
