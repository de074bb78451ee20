"""Run Tagloop on one machine: start everything, supervise it, stop it."""

import os
import secrets
import shutil
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from shared.auth.loopback import refuse_open_door
from shared.auth.signing import new_secret
from shared.config import load_settings
from tagloop.local import services
from tagloop.local.addresses import LOOPBACK, Address
from tagloop.local.datadir import DataDir, locked, make_private, open_data_dir
from tagloop.local.environment import broker_url
from tagloop.local.errors import LocalStackError, PortInUseError
from tagloop.local.readiness import is_ready
from tagloop.local.servers import backing
from tagloop.local.supervisor.signals import SignalWatch
from tagloop.local.supervisor.supervisor import StopRequested, Supervisor

MIGRATE_TIMEOUT_SECONDS = 300.0
READY_TIMEOUT_SECONDS = 120.0
HIGHEST_PORT = 65535
BANNER_LABEL_WIDTH = 15
PRIVATE_MODE = 0o600

# Without wrapping, addresses can be copied from a narrow terminal.
console = Console(stderr=True, highlight=False, soft_wrap=True)


def up(port: int, data: Path, host: str = LOOPBACK) -> int:
    """Run the stack on one port and one data folder until a signal stops it. Main thread only.

    Returns the exit code: 0 after a requested stop.
    Raises LocalStackError when the stack cannot start or one of its processes keeps crashing, and
    ConfigError when it would listen to other machines without asking for keys.
    """
    refuse_open_door(load_settings().auth, host)
    address = Address(host, port)
    folder = open_data_dir(data)
    with closing(SignalWatch()) as watch, watch.installed(), locked(folder, port):
        check_port_free(address)
        forget_metrics(folder)
        ensure_secret(folder.callback_secret, new_secret)
        ensure_secret(folder.sigv4_secret, secrets.token_urlsafe)
        supervisor = Supervisor(folder.logs, report, watch)
        try:
            start(supervisor, folder, address)
            print_banner(folder, address)
            supervisor.supervise()
        except StopRequested:
            pass
        finally:
            report("Stopping…")
            supervisor.stop()
            shutil.rmtree(folder.metrics, ignore_errors=True)
    report("Stopped.")
    return 0


def start(supervisor: Supervisor, data: DataDir, address: Address) -> None:
    """Start all processes and wait until the web side is ready.

    Raises LocalStackError when one cannot start, StopRequested at a signal.
    """
    backing.start(supervisor, data)
    supervisor.run_once(services.migrate(data), MIGRATE_TIMEOUT_SECONDS)
    # The worker first, because loading the network takes longest.
    supervisor.start(services.worker(data, address))
    supervisor.start(services.web(data, address))
    supervisor.start(services.beat(data))
    supervisor.wait_until(
        lambda: is_ready(address.from_here, address.port), "The web side", READY_TIMEOUT_SECONDS
    )
    # The first picture need not wait for torch.
    supervisor.start(services.trainer(data))


def check_port_free(address: Address) -> None:
    """Raise PortInUseError if the port cannot be listened on."""
    port = address.port
    if not 0 < port <= HIGHEST_PORT:
        raise PortInUseError(f"There is no port {port}; choose one from 1 to {HIGHEST_PORT}.")
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family) as probe:
        # Like gunicorn, ignore connections of an earlier run that are still closing.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, port))
        except OSError as error:
            raise PortInUseError(
                f"Port {port} cannot be used: {error.strerror}; choose another: make up PORT=9000"
            ) from error


def ensure_secret(path: Path, make: Callable[[], str]) -> None:
    """Create the file of a secret if there is none, readable by its user only.

    Raises LocalStackError when it cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_MODE)
    except FileExistsError:
        return
    except OSError as error:
        raise LocalStackError(f"{path} cannot be written ({error.strerror}).") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(make() + "\n")


def forget_metrics(data: DataDir) -> None:
    """Delete the shared counters of an earlier run's processes, and make a folder for new ones."""
    shutil.rmtree(data.metrics, ignore_errors=True)
    make_private(data.metrics)


def print_banner(data: DataDir, address: Address) -> None:
    """Print the addresses and folders of the stack."""
    url = address.url
    facts = {
        "Address": url,
        "API": f"{url}/docs",
        "Try it": f"curl -F file=@photo.jpg '{url}/v1/images?wait=10'",
        "Celery broker": broker_url(data),
        "Data": str(data.root),
        "Logs": str(data.logs),
    }
    console.print("[bold green]Tagloop is up.[/] Ctrl-C stops it all.")
    for label, value in facts.items():
        console.print(f"  [bold]{label:<{BANNER_LABEL_WIDTH}}[/]{escape(value)}")


def report(text: str) -> None:
    """Print a line on the terminal."""
    console.print(text, markup=False)
