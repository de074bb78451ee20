"""`python -m tagloop.admin.deployment_secrets FOLDER`: create a deployment's secrets, one per file.

Existing files are kept, so this may run before every start.
"""

import secrets
import sys
from pathlib import Path

from shared.auth.signing import new_secret

PASSWORD_BYTES = 32
# Postgres and Grafana read theirs as other users; no one else has the volume.
FILE_MODE = 0o444
POSTGRES_HOST = "postgres"


def make_secrets(folder: Path) -> list[str]:
    """Write the missing files; return their names."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, make in {
        "postgres_password": _new_password,
        "grafana_password": _new_password,
        "callback_secret": new_secret,
        "sigv4_secret": _new_password,
    }.items():
        if not (folder / name).exists():
            _write(folder / name, make())
            made.append(name)
    password = (folder / "postgres_password").read_text()
    url = f"postgresql+psycopg2://tagloop:{password}@{POSTGRES_HOST}/tagloop"
    if not (folder / "database_url").exists():
        _write(folder / "database_url", url)
        made.append("database_url")
    return made


def _new_password() -> str:
    return secrets.token_urlsafe(PASSWORD_BYTES)


def _write(file: Path, secret: str) -> None:
    """Write a file atomically: half a password would never be replaced."""
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_text(secret)
    unfinished.chmod(FILE_MODE)
    unfinished.replace(file)


def main(arguments: list[str]) -> int:
    """Create the secrets and print which were created, never their values."""
    made = make_secrets(Path(arguments[0]))
    print(f"made: {', '.join(made) or 'nothing, all exist'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
