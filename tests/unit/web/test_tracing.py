"""Tracing costs nothing where nobody asked for it.

redis-py imports the API of OpenTelemetry wherever that is installed; what instruments and exports
is only for `shared/observability/tracing.py` to import.
"""

import subprocess
import sys

CODE = """
import sys
from services.ingest.app import create_app
from shared.config import load_settings
create_app(load_settings(storage_url="file:///tmp"))
parts = ("opentelemetry.instrumentation", "opentelemetry.exporter")
print([name for name in sys.modules if name.startswith(parts)])
"""


def test_without_an_endpoint_nothing_of_it_is_imported() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)

    assert done.stdout.strip().splitlines()[-1] == "[]"
