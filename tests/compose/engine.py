"""A substitute for a container engine: processes, with the names, ports and folders of one
machine.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tagloop.local.datadir import DataDir
from tagloop.local.environment import broker_url, database_url
from tests.acceptance.commands import COMMAND
from tests.acceptance.conftest import free_port
from tests.compose.file import PROJECT_ROOT, Service, find_service
from tests.support.requests.sending import send

STOP_SECONDS = 60
WEB = ("ingest", "catalog", "feedback", "compat")
WEB_PORT = "8000"
METRICS_PORT = "9100"
PROXY_PORT = "8080"
BROKER = "redis://redis:6379/0"
TEMPORARY = "/tmp"
FOLDERS = re.compile(r"/var/lib/tagloop/(?:blobs|beat)|/run/tagloop|/tmp")


@dataclass
class Engine:
    """Runs services of docker-compose.yml on embedded Postgres and Redis."""

    backing: DataDir
    folder: Path
    ports: dict[str, int] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def port(self, name: str) -> int:
        """Return the port of this machine that stands for a service's own."""
        return self.ports.setdefault(name, free_port())

    def run(self, name: str) -> None:
        """Run a service that ends by itself; it has to succeed."""
        service = find_service(name)
        done = self._call(self._mapped(service.command, service), service)
        assert done.returncode == 0, done.stderr

    def start(self, name: str) -> None:
        """Start a service that keeps running."""
        service = find_service(name)
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                self._mapped(service.command, service),
                env=self._environment(service),
                cwd=PROJECT_ROOT,
                stdout=log,
                stderr=log,
            )

    def is_healthy(self, name: str) -> bool:
        """Return the result of the service's own health check."""
        service = find_service(name)
        assert service.healthcheck, name
        return self._call(self._mapped(service.healthcheck, service), service).returncode == 0

    def tagloop(self, name: str, *arguments: str) -> str:
        """Run `docker compose exec NAME tagloop …`; return its output."""
        service = find_service(name)
        done = self._call([*COMMAND, *arguments], service)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def metrics(self, name: str) -> str:
        """Return the metrics of a service."""
        answer = send("GET", f"http://127.0.0.1:{self.port(name)}/metrics")
        assert answer.status == 200, name
        return answer.data.decode()

    def log(self, name: str) -> str:
        """Return the log of a service."""
        return (self.folder / f"{name}.log").read_text()

    def stop(self) -> None:
        """Stop everything, the last one first; each has to end when asked to."""
        for process in reversed(self.processes.values()):
            process.send_signal(signal.SIGTERM)
            process.wait(STOP_SECONDS)

    def mount(self, target: str) -> Path:
        """Return the folder of this machine that stands for a volume."""
        folder = self.folder / target.strip("/").replace("/", "-")
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def use_embedded_database(self) -> None:
        """Replace the address among the secrets by that of the embedded Postgres."""
        file = self.mount("/run/tagloop") / "database_url"
        assert "@postgres/tagloop" in file.read_text()
        file.chmod(0o600)
        file.write_text(database_url(self.backing))

    def _call(self, command: Sequence[str], service: Service) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env=self._environment(service),
            cwd=PROJECT_ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    def _environment(self, service: Service) -> dict[str, str]:
        programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        given = {name: self._text(value, service) for name, value in service.environment.items()}
        # The network is in the image.
        cache = {"TAGLOOP_CACHE_DIR": os.environ.get("TAGLOOP_CACHE_DIR", "~/.cache/tagloop")}
        return {"PATH": programs, "HOME": os.environ.get("HOME", "/"), **cache, **given}

    def _mapped(self, command: Sequence[str], service: Service) -> list[str]:
        return [self._text(part, service) for part in command]

    def _text(self, text: str, service: Service) -> str:
        """Return a part of a command or environment, with the names of this machine."""
        if text == "/metrics":
            return str(self.mount(f"/metrics/{service.name}"))

        def own_folder(found: re.Match[str]) -> str:
            shared = found[0] != TEMPORARY
            return str(self.mount(found[0] if shared else f"{TEMPORARY}/{service.name}"))

        text = FOLDERS.sub(own_folder, text).replace(BROKER, broker_url(self.backing))
        own = str(self.port(service.name))
        for port in (WEB_PORT, METRICS_PORT):
            text = own if text == port else text.replace(f":{port}", f":{own}")
        return text

    def start_proxy(self) -> str:
        """Start nginx with the project's configuration; return its address."""
        config = (PROJECT_ROOT / "deploy" / "proxy" / "nginx.conf").read_text()
        for name in WEB:
            assert f"{name}:{WEB_PORT}" in config
            config = config.replace(f"{name}:{WEB_PORT}", f"127.0.0.1:{self.port(name)}")
        port = self.port("proxy")
        temporary = self.mount("/tmp/proxy")
        config = config.replace(f"listen {PROXY_PORT}", f"listen 127.0.0.1:{port}")
        config = config.replace("/tmp/", f"{temporary}/")
        file = self.mount("/etc/tagloop") / "nginx.conf"
        file.write_text(config)
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        assert program is not None
        _, *arguments = find_service("proxy").command
        command = [program, *(str(file) if part.endswith(".conf") else part for part in arguments)]
        with (self.folder / "proxy.log").open("wb") as log:
            self.processes["proxy"] = subprocess.Popen(command, stdout=log, stderr=log)
        return f"http://127.0.0.1:{port}"
