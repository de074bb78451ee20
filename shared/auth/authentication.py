"""Authenticate requests to every web service, and check that their key permits the operation."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from flask import Flask, Request, g, request
from sqlalchemy import Engine

from shared.auth.keyring import KeyRing
from shared.auth.limits import KeyLimits
from shared.auth.loopback import refuse_strangers
from shared.auth.policy import OPEN, Rule, rule_for
from shared.auth.scopes import Scope
from shared.auth.sessions import refuse_forged, refuse_other_sites, session_token
from shared.config import Settings
from shared.db.owners.access import EVERYTHING, Access
from shared.db.owners.keys import Key
from shared.errors import Forbidden, InvalidKey, LengthRequired

SCHEME = "bearer"
EXTENSION = "tagloop.authentication"
KEY_READERS = "tagloop.key_readers"
_ARGUMENT = re.compile(r"<(?:[^:>]+:)?([^>]+)>")


# Returns the key of a request and the size of its body in bytes, for parts of the API whose clients
# do not send `Authorization: Bearer`. Raises InvalidKey if there is no valid key.
KeyReader = Callable[[Request, KeyRing], tuple[Key, int]]


@dataclass(frozen=True)
class Authentication:
    """The keys of an app and their limits."""

    ring: KeyRing
    limits: KeyLimits


def register_authentication(app: Flask, settings: Settings, engine: Engine) -> None:
    """Make an app require keys, or, if that is turned off, answer only this machine.

    Raises:
        ConfigError: keys are required, and there is no Redis to count their use in.
    """
    if not settings.auth:
        allowed_hosts = frozenset(name.lower() for name in settings.allowed_hosts)
        app.before_request(lambda: _open_to_this_machine(allowed_hosts))
        return
    ring = KeyRing(engine)
    limits = KeyLimits(settings)
    app.extensions[EXTENSION] = Authentication(ring, limits)

    def authenticate() -> None:
        rule = _rule_of(request)
        if rule is None or rule == OPEN:
            return
        read_key = app.extensions.get(KEY_READERS, {}).get(request.blueprint)
        if read_key is None:
            key, body_bytes = _key_of(request, ring, rule), _body_bytes(request)
        else:
            key, body_bytes = read_key(request, ring)
        refuse_unfit(key, rule)
        limits.count(key, body_bytes)
        g.access = key.access
        g.key_id = key.id
        g.is_admin = Scope.ADMIN in key.scopes

    app.before_request(authenticate)


def set_key_reader(app: Flask, blueprint: str, read_key: KeyReader) -> None:
    """Read the keys of a blueprint's requests from elsewhere than `Authorization: Bearer`.

    Ignored if the app requires no keys.
    """
    app.extensions.setdefault(KEY_READERS, {})[blueprint] = read_key


def caller_access() -> Access:
    """Return which images the caller of the current request may see and change."""
    access: Access = g.access
    return access


def caller_key_id() -> int | None:
    """Return the number of the key of the current request; None if keys are turned off."""
    key_id: int | None = g.get("key_id")
    return key_id


def caller_is_admin() -> bool:
    """Return whether the caller is an admin; everyone is if keys are turned off."""
    is_admin: bool = g.get("is_admin", True)
    return is_admin


def refuse_unfit(key: Key, rule: Rule) -> None:
    """Refuse a key that does not permit an operation.

    Raises:
        Forbidden: the key lacks the scope, or is bound to an owner and the operation is not.
    """
    if not key.scopes & rule.scopes:
        raise Forbidden(
            f"This key is for {', '.join(sorted(key.scopes))}; this operation needs one for "
            f"{' or '.join(sorted(rule.scopes))}."
        )
    if key.access.owner is not None and not rule.bound:
        raise Forbidden(
            f"This key is bound to the owner {key.access.owner!r}, and this operation concerns all "
            "owners; use a key that is not bound to an owner."
        )


def authentication_of(app: Flask) -> Authentication | None:
    """Return the authentication of an app; None if it requires no keys."""
    authentication: Authentication | None = app.extensions.get(EXTENSION)
    return authentication


def _open_to_this_machine(allowed_hosts: frozenset[str]) -> None:
    rule = _rule_of(request)
    if rule is not None and rule != OPEN:
        refuse_strangers(request, allowed_hosts)
        if rule.changes:
            refuse_other_sites(request)
    g.access = EVERYTHING


def _rule_of(request: Request) -> Rule | None:
    """Return the rule of the operation; None if the path or method is unknown (404 or 405)."""
    if request.url_rule is None:
        return None
    return _rule_of_route(request.method, request.url_rule.rule)


@cache
def _rule_of_route(method: str, route: str) -> Rule:
    return rule_for(method, _ARGUMENT.sub(r"{\1}", route))


def _key_of(request: Request, ring: KeyRing, rule: Rule) -> Key:
    """Return the key in the header, or else the one that the cookie's session was opened with."""
    if "Authorization" in request.headers:
        return bearer_key(request, ring)
    token = session_token(request)
    if token is None:
        raise InvalidKey("Send a key in the header: Authorization: Bearer tagloop_…")
    session = ring.verify_session(token)
    if session is None:
        raise InvalidKey("This session has ended; sign in again.")
    refuse_forged(request, token)
    if rule.changes:
        refuse_other_sites(request)
    return session.key


def bearer_key(request: Request, ring: KeyRing) -> Key:
    """Return the key in a request's `Authorization` header.

    Raises:
        InvalidKey: it holds no key, or one that is unknown or revoked.
    """
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != SCHEME:
        raise InvalidKey("Send a key in the header: Authorization: Bearer tagloop_…")
    key = ring.verify(secret.strip())
    if key is None:
        raise InvalidKey("This key is unknown, or was revoked.")
    return key


def _body_bytes(request: Request) -> int:
    """Return the size of the body before any of it is read."""
    if request.content_length is None and "Transfer-Encoding" in request.headers:
        raise LengthRequired
    return request.content_length or 0
