"""Read docker-compose.yml, with its variables replaced."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PROJECT_ROOT = Path(__file__).parents[2]
COMPOSE_FILE = PROJECT_ROOT / "docker-compose.yml"
# Compose refuses a command line with one of these outside quotes.
REFUSED_CHARACTERS = frozenset("()&|;<>`")
VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")


@dataclass(frozen=True)
class Service:
    """What a service runs, and with which environment."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    healthcheck: tuple[str, ...]


def read_compose() -> dict[str, Any]:
    """Return the whole file, with the defaults of its variables."""
    document: dict[str, Any] = with_defaults(yaml.safe_load(COMPOSE_FILE.read_text()))
    return document


def with_defaults(value: Any) -> Any:
    """A value with the defaults of its variables; put in after parsing, as the engine does: what is
    empty then is an empty text and not null.
    """
    if isinstance(value, dict):
        return {key: with_defaults(member) for key, member in value.items()}
    if isinstance(value, list):
        return [with_defaults(member) for member in value]
    return VARIABLE.sub(lambda found: found[2], value) if isinstance(value, str) else value


def find_service(name: str) -> Service:
    """Return a service; its command and environment as a container gets them."""
    found = read_compose()["services"][name]
    command = found["command"]
    test = found.get("healthcheck", {}).get("test", ["NONE"])
    return Service(
        name,
        tuple(split_command(command) if isinstance(command, str) else command),
        {key: as_in_yaml(value) for key, value in found.get("environment", {}).items()},
        ("sh", "-c", test[1]) if test[0] == "CMD-SHELL" else tuple(test[1:]),
    )


def split_command(command: str) -> list[str]:
    """Split a command line as compose does.

    Raises:
        ValueError: compose would refuse it, and with it the whole file.
    """
    lexer = shlex.shlex(command, posix=True, punctuation_chars="".join(REFUSED_CHARACTERS))
    words = list(lexer)
    if refused := [word for word in words if word and set(word) <= REFUSED_CHARACTERS]:
        raise ValueError(f"{command!r} has {refused} outside quotes; write it as a list.")
    return shlex.split(command)


def as_in_yaml(value: object) -> str:
    """Return a value of an environment as the engine passes it on."""
    return str(value).lower() if isinstance(value, bool) else str(value)
