"""Read the features and the language that a query asks for."""

from collections.abc import Set

from flask import Request

from services.compat.dialects.azure.errors import AzureError

LANGUAGE = "en"


def asked_names(request: Request, parameter: str) -> set[str]:
    """Return the features that a parameter names, in lower case."""
    text = ",".join(request.args.getlist(parameter))
    return {name.strip().lower() for name in text.split(",") if name.strip()}


def refuse_others(asked: Set[str], known: Set[str], names: str) -> None:
    """Check that a request asks for at least one feature, and only for known ones.

    names: of the known ones, for the message.

    Raises:
        AzureError: it does not.
    """
    if not asked or asked - known:
        others = ", ".join(sorted(asked - known)) or "none"
        raise AzureError(
            "NotSupportedVisualFeature",
            f"Tagloop has the features {names}; the request asks for others: {others[:200]}.",
        )


def refuse_language(request: Request) -> None:
    """Check that the request asks for English tags.

    Raises:
        AzureError: it asks for another language.
    """
    language = request.args.get("language", LANGUAGE)
    if language.lower() not in ("", LANGUAGE):
        raise AzureError("NotSupportedLanguage", "Tagloop names tags in English only: language=en.")
