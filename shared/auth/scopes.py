"""What a key opens. `shared/auth/policy.py` says which request needs which."""

from enum import StrEnum


class Scope(StrEnum):
    """One kind of use."""

    INGEST = "ingest"
    READ = "read"
    FEEDBACK = "feedback"
    # Opens everything.
    ADMIN = "admin"
