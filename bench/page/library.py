"""A library of generated images whose newest ones have thumbnails of real photographs."""

import io
from pathlib import Path

from PIL import Image
from rich.console import Console
from sqlalchemy import text

from bench.search.library.prepare import prepare
from bench.setup.pictures import jpeg_files
from shared.db.connection.engine import connect_engine, transaction
from shared.storage.storage import RENDITION_SIDES, Storage, thumbnail_key
from tagloop.local.environment import database_url
from tagloop.local.servers.backing import running

# More than fifty screens show.
THUMBNAILS = 3_000
JPEG_QUALITY = 80
# The worker would take up what waits, and find no file.
NOTHING_WAITS = text("UPDATE images SET status = 'failed', error = '' WHERE status = 'queued'")
NEWEST = text("SELECT id FROM images WHERE status = 'tagged' ORDER BY id DESC LIMIT :many")


def make_library(folder: Path, data: Path, images: int, console: Console) -> None:
    """Fill a data folder, unless it is filled already. folder: JPEG files."""
    with running(data) as opened:
        engine = connect_engine(database_url(opened))
        prepare(engine, folder, data, images, console)
        storage = Storage(opened.blobs.as_uri())
        with transaction(engine) as connection:
            connection.execute(NOTHING_WAITS)
            newest = connection.scalars(NEWEST, {"many": THUMBNAILS}).all()
        photos = jpeg_files(folder)
        for side in RENDITION_SIDES[:2]:
            files = [_shrink(path, side) for path in photos]
            for number, image_id in enumerate(newest):
                storage.put(thumbnail_key(image_id, side), files[number % len(files)])


def _shrink(path: Path, side: int) -> bytes:
    with Image.open(path) as picture:
        picture.thumbnail((side, side))
        out = io.BytesIO()
        picture.convert("RGB").save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()
