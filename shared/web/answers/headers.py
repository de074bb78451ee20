"""Security headers that limit what browsers do with an answer."""

from flask import Flask, Response, request

# The page that describes the API has scripts and styles of its own.
PAGES = ("/docs",)
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; frame-ancestors 'none'"
)
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
OF_PAGES = {**ALWAYS, "Content-Security-Policy": PAGE_POLICY}
OF_DATA = {**ALWAYS, "Content-Security-Policy": DATA_POLICY}


def register_headers(app: Flask) -> None:
    """Have an app send these headers with every answer."""
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    for name, value in (OF_PAGES if request.path.startswith(PAGES) else OF_DATA).items():
        # The web page has a policy of its own.
        response.headers.setdefault(name, value)
    return response
