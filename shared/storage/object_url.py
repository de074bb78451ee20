"""URLs of objects in buckets, as the row of an image keeps them: `s3://bucket/key`.

Only this server writes them, for events whose sender has proved itself: no door takes them.
"""

from urllib.parse import quote, unquote, urlsplit

SCHEME = "s3://"


def object_url(bucket: str, key: str) -> str:
    """Where an object is."""
    return f"{SCHEME}{quote(bucket, safe='')}/{quote(key)}"


def split_object_url(url: str) -> tuple[str, str]:
    """Bucket and key of an object."""
    parts = urlsplit(url)
    return unquote(parts.netloc), unquote(parts.path.removeprefix("/"))
