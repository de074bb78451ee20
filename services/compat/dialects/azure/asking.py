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
    if asked and not asked - known:
        return
    others = ", ".join(sorted(asked - known))
    has = f"Tagloop does not have {others[:200]}" if others else "The request names no feature"
    raise AzureError("NotSupportedVisualFeature", f"{has}; ask for {names}.")


def refuse_details(request: Request) -> None:
    """Check that a request asks for no celebrities and no landmarks.

    Raises:
        AzureError: it does.
    """
    if details := asked_names(request, "details"):
        others = ", ".join(sorted(details))
        raise AzureError(
            "InvalidDetails", f"Tagloop does not have {others[:200]}; leave details out."
        )


def refuse_language(request: Request) -> None:
    """Check that the request asks for English tags.

    Raises:
        AzureError: it asks for another language.
    """
    language = request.args.get("language", LANGUAGE)
    if language.lower() not in ("", LANGUAGE):
        raise AzureError("NotSupportedLanguage", "Tagloop names tags in English only: language=en.")
