"""Keep libraries from loading optional packages that web processes do not use."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

# structlog loads rich for coloured tracebacks; redis loads OpenTelemetry for its own metrics and
# cryptography for OCSP. Together they take 15 MB of each web process. What Tagloop itself needs of
# them, it imports when it is needed.
OPTIONAL_PACKAGES = ("rich", "opentelemetry", "cryptography")


@contextmanager
def without_optional_packages() -> Iterator[None]:
    """Make these packages look as if they were not installed, unless they are loaded already."""
    hidden = [name for name in OPTIONAL_PACKAGES if name not in sys.modules]
    for name in hidden:
        # None is how Python marks a module that must not be imported.
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
