"""The proxy's configuration in a real nginx: every path reaches the service that serves it."""

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import urllib3
from flask import Flask

from services.catalog.app import create_app as create_catalog
from services.compat.app import create_app as create_compat
from services.feedback.app import create_app as create_feedback
from services.ingest.app import create_app as create_ingest
from shared.config import Settings
from tests.acceptance.conftest import PROJECT_ROOT, free_port
from tests.support.conditions import wait_for
from tests.support.requests.sending import send

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin")
CONFIG = PROJECT_ROOT / "deploy" / "proxy" / "nginx.conf"
SERVICES = {
    "ingest": create_ingest,
    "catalog": create_catalog,
    "feedback": create_feedback,
    "compat": create_compat,
}
# Every service has these; through the proxy they are the catalog's, or hidden.
COMMON = re.compile(r"/|/healthz|/readyz|/metrics|/openapi\.json|/docs(/.*)?")
# Flask adds these to every route.
ADDED_METHODS = {"HEAD", "OPTIONS"}
ARGUMENT = re.compile(r"<(?:[^:>]+:)?([^>]+)>")

pytestmark = pytest.mark.skipif(
    NGINX is None, reason="nginx is not installed (Debian's package nginx-light)"
)


def echo(name: str) -> type[BaseHTTPRequestHandler]:
    """Answers everything with the name of a service and what the proxy made of the request."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = f"{name} {self.path} {self.headers['X-Request-Id']}".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of nginx in front of services that only say who they are."""
    folder = tmp_path_factory.mktemp("proxy")
    config = CONFIG.read_text().replace("/tmp/", f"{folder}/")
    servers = [(name, ThreadingHTTPServer(("127.0.0.1", 0), echo(name))) for name in SERVICES]
    for name, server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        config = config.replace(f"{name}:8000", f"127.0.0.1:{server.server_port}")
    port = free_port()
    file = folder / "nginx.conf"
    file.write_text(config.replace("listen 8080", f"listen 127.0.0.1:{port}"))
    with (folder / "log").open("wb") as log:
        assert NGINX is not None
        process = subprocess.Popen(
            [NGINX, "-c", str(file), "-g", "daemon off;"], stdout=log, stderr=log
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: answers(address), "nginx")
        yield address
    finally:
        process.terminate()
        process.wait()
        for _, server in servers:
            server.shutdown()
            server.server_close()


def answers(address: str) -> bool:
    try:
        return urllib3.request("GET", address, retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def operations(app: Flask) -> Iterator[tuple[str, str]]:
    """Return method and path of every route, with names for variables."""
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - ADDED_METHODS or {"OPTIONS"}:
            yield method, ARGUMENT.sub(r"\1", rule.rule)


@pytest.mark.parametrize("name", SERVICES)
def test_every_operation_reaches_its_service(proxy: str, name: str, settings: Settings) -> None:
    own = {
        (method, path)
        for method, path in operations(SERVICES[name](settings))
        if name == "catalog" or not COMMON.fullmatch(path)
    } - {("GET", "/metrics")}
    for method, path in own:
        answer = send(method, f"{proxy}{path}?limit=1")
        assert answer.data.decode().split()[:2] == [name, f"{path}?limit=1"], (method, path)


def test_the_proxy_names_requests_and_keeps_names_that_are_good(proxy: str) -> None:
    def named(**headers: str) -> str:
        answer = send("GET", f"{proxy}/v1/tags", headers={**headers})
        return answer.data.decode().split()[2]

    assert named(**{"X-Request-Id": "mine-1"}) == "mine-1"
    assert len(named(**{"X-Request-Id": "not mine"})) == 32
    assert named() != named()


def test_metrics_are_not_public(proxy: str) -> None:
    assert send("GET", f"{proxy}/metrics").status == 404
