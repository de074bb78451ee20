"""Sessions of the web page: a cookie instead of a key, and proof that our page is asking.

The cookie is `HttpOnly`: no script can read it. It is `SameSite=Strict`: a browser does not send it
with requests of other sites' pages. Requests that change something also carry a token that only a
page of the same origin can read, and the browser's own headers about their origin have to agree.
"""

import hashlib
import hmac
import re
import secrets
from urllib.parse import urlsplit

from flask import Request, Response

from shared.errors import ForgedRequest

COOKIE = "tagloop_session"
CSRF_HEADER = "X-CSRF-Token"
SESSION_SECONDS = 7 * 24 * 3600
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
RANDOM_BYTES = 32
_FORM = re.compile(r"[A-Za-z0-9_-]{43}")


def new_session_token() -> str:
    """Make the value of a session's cookie: 256 random bits."""
    return secrets.token_urlsafe(RANDOM_BYTES)


def session_token(request: Request) -> str | None:
    """Return the session token in a request's cookie; None if there is nothing of that form."""
    token = request.cookies.get(COOKIE, "")
    return token if _FORM.fullmatch(token) else None


def csrf_token_of(token: str) -> str:
    """Return the CSRF token of a session.

    It is derived from the cookie, which scripts cannot read.
    """
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def refuse_forged(request: Request, token: str) -> None:
    """Refuse a request with a session's cookie that changes something, unless our own page sent it.

    Raises:
        ForgedRequest: another site's page may have sent it.
    """
    if request.method in SAFE_METHODS:
        return
    refuse_other_sites(request)
    if not hmac.compare_digest(
        request.headers.get(CSRF_HEADER, "").encode(), csrf_token_of(token).encode()
    ):
        raise ForgedRequest(
            f"The header {CSRF_HEADER} is missing or wrong; send the `csrf` of GET /v1/session."
        )


def refuse_other_sites(request: Request) -> None:
    """Refuse a request if the browser says that a page of another origin sent it.

    Both headers are read: to names other than localhost, browsers send Origin but not
    Sec-Fetch-Site.

    Raises:
        ForgedRequest: a page of another origin sent it.
    """
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    if site not in ("same-origin", "none") or (
        origin is not None and urlsplit(origin).netloc.lower() != request.host.lower()
    ):
        raise ForgedRequest("A page of another site sent this; only Tagloop's own page may.")


def set_session_cookie(request: Request, response: Response, token: str) -> None:
    """Have the browser keep a session's token, only for https if the request came over https."""
    # A proxy may end TLS without saying so, but the browser names the scheme in Origin.
    is_secure = request.is_secure or request.headers.get("Origin", "").startswith("https://")
    response.set_cookie(
        COOKIE, token, SESSION_SECONDS, secure=is_secure, httponly=True, samesite="Strict"
    )


def clear_session_cookie(response: Response) -> None:
    """Have the browser delete a session's token."""
    response.delete_cookie(COOKIE, httponly=True, samesite="Strict")
