"""Keys for AWS' clients: an access key id, and the secret that they sign with.

The server has to know the secret to verify a signature, so a digest is not enough. It is derived
from the id with a secret of the deployment, and the database stores only the id's digest.
"""

import base64
import hashlib
import hmac
import re
import secrets

PREFIX = "TL"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
# An access key id of AWS has 20 characters, and a secret 40.
RANDOM_CHARACTERS = 18
SECRET_CHARACTERS = 40
MIN_MASTER_CHARACTERS = 32
_FORM = re.compile(rf"{PREFIX}[{ALPHABET}]{{{RANDOM_CHARACTERS}}}")


def new_access_key_id() -> str:
    """Return a new access key id: 90 random bits."""
    return PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))


def is_access_key_id(text: str) -> bool:
    """Return whether a text has the form of an access key id of Tagloop."""
    return _FORM.fullmatch(text) is not None


def secret_access_key(master: str, access_key_id: str) -> str:
    """Return the secret of an access key id. master: the deployment's secret."""
    digest = hmac.new(master.encode(), access_key_id.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()[:SECRET_CHARACTERS]
