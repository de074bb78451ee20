"""The scopes of keys. `shared/auth/policy.py` says which operation needs which."""

from enum import StrEnum


class Scope(StrEnum):
    """One kind of use."""

    INGEST = "ingest"
    READ = "read"
    FEEDBACK = "feedback"
    # Permits everything.
    ADMIN = "admin"
