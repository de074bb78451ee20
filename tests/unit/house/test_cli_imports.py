"""The command line starts at once: it loads only what a command needs."""

import subprocess
import sys

HEAVY = {"torch", "celery", "sqlalchemy", "flask", "numpy", "openvino", "PIL"}


def test_the_command_line_and_the_client_load_nothing_heavy() -> None:
    modules = (
        "tagloop.cli",
        "tagloop.bulk.run",
        "tagloop.client.client",
        "tagloop.client.tagging",
        "tagloop.display.found_table",
        "tagloop.display.progress",
        "tagloop.display.version_table",
        "tagloop.exchange.labels.export",
        "tagloop.exchange.labels.load",
    )
    code = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not HEAVY & {name.partition(".")[0] for name in loaded}
