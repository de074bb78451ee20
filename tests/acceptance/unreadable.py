"""A web app whose files cannot be read, to be run by gunicorn in tests."""

from flask import Flask, Response

from shared.errors import BlobMissing, StorageUnavailable, TagloopError
from shared.storage.blob_reader import BlobReader

app = Flask(__name__)


def unreadable(error: TagloopError) -> Response:
    """A file of one byte that fails to be read."""

    def fail(start: int, end: int) -> bytes:
        raise error

    return Response(BlobReader(1, fail), direct_passthrough=True)


@app.get("/deleted")
def deleted() -> Response:
    """A file that is deleted after it was found and before it is read."""
    return unreadable(BlobMissing())


@app.get("/away")
def away() -> Response:
    """A file in a storage that stops answering before it is read."""
    return unreadable(StorageUnavailable("The storage cannot be read."))
