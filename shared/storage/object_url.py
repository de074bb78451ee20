"""URLs of objects in buckets as the row of an image stores them: `s3://bucket/key`.

Only this server makes them, for events of verified senders; requests cannot contain them.
"""

from urllib.parse import quote, unquote, urlsplit

SCHEME = "s3://"


def object_url(bucket: str, key: str) -> str:
    """Return the URL of an object."""
    return f"{SCHEME}{quote(bucket, safe='')}/{quote(key)}"


def split_object_url(url: str) -> tuple[str, str]:
    """Return bucket and key of an object."""
    parts = urlsplit(url)
    return unquote(parts.netloc), unquote(parts.path.removeprefix("/"))
