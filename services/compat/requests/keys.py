"""Find the key of a request where another vendor's clients put it."""

from collections.abc import Callable

from flask import Request

from services.compat.requests.body import read_body
from shared.auth.authentication import KeyReader
from shared.auth.keyring import KeyRing
from shared.auth.tokens import is_token
from shared.db.owners.keys import Key
from shared.errors import InvalidKey

BEARER = "bearer "


class MissingKey(InvalidKey):
    """The request shows no key."""


# Returns the text that a client sent as its key; None if it sent none.
FindToken = Callable[[Request], str | None]


def key_reader(max_bytes: Callable[[], int], *places: FindToken) -> KeyReader:
    """Return a function that looks for a key in these places, then in `Authorization: Bearer`.

    max_bytes: of a body that comes without a Content-Length. It is read here, to count its bytes.
    """

    def find_key(request: Request, ring: KeyRing) -> tuple[Key, int]:
        return _key_in(request, ring, places), body_bytes(request, max_bytes)

    return find_key


def body_bytes(request: Request, max_bytes: Callable[[], int]) -> int:
    """Return the size of the body; one without a Content-Length is read to find out.

    Raises:
        BodyTooLarge: such a body has more than `max_bytes`.
    """
    if request.content_length is None and "Transfer-Encoding" in request.headers:
        return len(read_body(max_bytes()))
    return request.content_length or 0


def has_bearer(request: Request) -> bool:
    """Return whether the request sends a key as Tagloop's own clients do."""
    return request.headers.get("Authorization", "").lower().startswith(BEARER)


def in_header(name: str) -> FindToken:
    """Look in a header."""
    return lambda request: request.headers.get(name)


def in_query(name: str) -> FindToken:
    """Look in the query of the URL."""
    return lambda request: request.args.get(name)


def in_basic_user(request: Request) -> str | None:
    """Look in the user name of Basic authentication, for something in the form of a key."""
    sent = request.authorization
    user = sent.username if sent is not None else None
    return user if user and is_token(user) else None


def in_basic_password(request: Request) -> str | None:
    """Look in the password of Basic authentication; its user name may be the key instead."""
    sent = request.authorization
    password = sent.password if sent is not None else None
    is_key = bool(password) and (is_token(str(password)) or in_basic_user(request) is None)
    return password if is_key else None


def _key_in(request: Request, ring: KeyRing, places: tuple[FindToken, ...]) -> Key:
    sent = {token.strip() for find in places if (token := find(request))}
    if not sent and not has_bearer(request):
        raise MissingKey
    if has_bearer(request):
        sent.add(request.headers["Authorization"][len(BEARER) :].strip())
    if len(sent) > 1:
        raise InvalidKey("The request shows two different keys; send one.")
    key = ring.verify(sent.pop())
    if key is None:
        raise InvalidKey("This key is unknown, or was revoked.")
    return key
