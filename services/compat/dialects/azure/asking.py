"""What the query of a request asks for."""

from collections.abc import Set

from flask import Request

from services.compat.dialects.azure.errors import AzureError

LANGUAGE = "en"


def asked_names(request: Request, parameter: str) -> set[str]:
    """Return the features that a parameter names, in lower case."""
    text = ",".join(request.args.getlist(parameter))
    return {name.strip().lower() for name in text.split(",") if name.strip()}


def refuse_others(asked: Set[str], known: Set[str], names: str) -> None:
    """Return if only known features are asked for, and at least one.

    names: of the known ones, for the message.

    Raises:
        AzureError: it is not so.
    """
    if not asked or asked - known:
        others = ", ".join(sorted(asked - known)) or "none"
        raise AzureError(
            "NotSupportedVisualFeature",
            f"Tagloop has the features {names}; the request asks for others: {others[:200]}.",
        )


def refuse_language(request: Request) -> None:
    """Return if the tags are wanted in English.

    Raises:
        AzureError: they are wanted in another language.
    """
    language = request.args.get("language", LANGUAGE)
    if language.lower() not in ("", LANGUAGE):
        raise AzureError("NotSupportedLanguage", "Tagloop names tags in English only: language=en.")
