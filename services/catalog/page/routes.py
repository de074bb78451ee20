"""`/`: the web page. Every view has an address, and all share one HTML file."""

from http import HTTPStatus
from typing import Final

from flask import Response, make_response, request
from flask.typing import ResponseReturnValue
from flask_openapi3 import APIBlueprint
from werkzeug.exceptions import NotFound as UnknownAddress

from services.catalog.page.files import StaticFile, load_page
from shared.auth.policy import PAGE_PATHS
from shared.auth.sessions import COOKIE
from shared.errors import NotFound
from shared.web.answers.problems import http_error_response
from shared.web.context import context

# The page loads nothing from elsewhere; blob: shows a dropped picture before it is uploaded.
CONTENT_POLICY: Final = (
    "default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
FOREVER_SECONDS = 365 * 24 * 3600
LIBRARY = ""
# Addresses for programs, also when a person types one.
API_PREFIXES = ("/v1/", "/compat/", "/docs/")
# What the library asks for first, letter for letter; so it is there when the modules are.
FIRST_PICTURES: Final = "/v1/search?stacks=true&limit=60"

page = APIBlueprint("page", __name__, doc_ui=False)


def get_shell(**_: str) -> Response:
    """Returns the page's HTML. The page reads the view from its address."""
    view = request.path.split("/")[1]
    shells = load_page().shells
    response = _answer(shells.get(view, shells[LIBRARY]))
    response.headers["Cache-Control"] = "no-cache"
    if request.path == "/" and not request.query_string and _may_read():
        response.headers["Link"] = f"<{FIRST_PICTURES}>; rel=preload; as=fetch; crossorigin"
    return response


@page.app_errorhandler(UnknownAddress)
def get_unknown_address(error: UnknownAddress) -> ResponseReturnValue:
    """Show the page at an unknown address to a browser; programs get a problem document."""
    accepted = request.accept_mimetypes
    if accepted["text/html"] <= accepted["application/json"] or request.path.startswith(
        API_PREFIXES
    ):
        response = make_response(http_error_response(error))
    else:
        response = _respond(load_page().shells[LIBRARY])
        response.headers["Cache-Control"] = "no-store"
        response.status_code = HTTPStatus.NOT_FOUND
    response.vary.add("Accept")
    return response


def _may_read() -> bool:
    """Whether the page can load pictures at once: keys are off, or someone is signed in."""
    return not context().settings.auth or COOKIE in request.cookies


for _path in sorted(PAGE_PATHS):
    # Owners are free text, so a name may contain a slash.
    _rule = _path.replace("{", "<path:").replace("}", ">")
    page.add_url_rule(_rule, endpoint=f"shell {_path}", view_func=get_shell)


@page.route("/page/<digest>/<path:name>")
def get_page_file(digest: str, name: str) -> Response:
    """Returns a file of the page.

    Its path contains the digest of all files, so it never changes.
    """
    loaded = load_page()
    found = loaded.files.get(name) if digest == loaded.digest else None
    if found is None:
        raise NotFound("The page has changed. Reload it.")
    response = _answer(found)
    response.cache_control.public = True
    response.cache_control.max_age = FOREVER_SECONDS
    response.cache_control.immutable = True
    return response


def _answer(file: StaticFile) -> Response:
    """Return a file as a response, or 304 if the browser has it."""
    response = _respond(file)
    # Weak, since the compressed and the plain bytes differ.
    response.add_etag(weak=True)
    response.make_conditional(request)
    return response


def _respond(file: StaticFile) -> Response:
    """Return a file as a response, compressed if the browser accepts that."""
    compressed = file.compressed if request.accept_encodings["gzip"] else None
    response = Response(compressed or file.data, mimetype=file.mime_type)
    response.headers["Content-Type"] = file.mime_type
    response.headers["Content-Security-Policy"] = CONTENT_POLICY
    response.headers["Vary"] = "Accept-Encoding"
    if compressed:
        response.headers["Content-Encoding"] = "gzip"
    return response
