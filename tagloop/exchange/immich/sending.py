"""Send listed pictures to Tagloop, each once."""

import hashlib
import tempfile
from functools import partial
from io import FileIO

from shared.db.events.immich_assets import note_sent, unsent_assets, update_asset
from tagloop.bulk.patience import patiently
from tagloop.client.documents import Refusal
from tagloop.client.multipart import OpenFile
from tagloop.exchange.immich.bridge import Bridge
from tagloop.exchange.immich.listing import forget_asset

ASSETS_PER_READ = 100


def send_pictures(bridge: Bridge) -> None:
    """Send every picture that was listed and not sent."""
    after = ""
    while True:
        with bridge.state() as connection:
            assets = unsent_assets(connection, bridge.run, after, ASSETS_PER_READ)
        if not assets:
            return
        for asset_id, filename, digest in assets:
            after = asset_id
            if bridge.options.is_dry_run:
                bridge.report.list(f"{filename}: would be added")
                bridge.report.count("pictures would be added")
            elif not _was_sent(bridge, asset_id, digest):
                _send(bridge, asset_id, filename)


def _was_sent(bridge: Bridge, asset_id: str, digest: bytes | None) -> bool:
    """Return whether an earlier process sent the picture and ended before it noted that."""
    if digest is None:
        return False
    ask = partial(bridge.client.known, bridge.options.owner, [digest.hex()])
    image_id = patiently(ask, bridge.stop).get(digest.hex())
    if image_id:
        with bridge.state() as connection:
            note_sent(connection, bridge.run, asset_id, image_id)
        bridge.report.count("pictures added")
    return bool(image_id)


def _send(bridge: Bridge, asset_id: str, filename: str) -> None:
    data = bridge.immich.preview(asset_id)
    if not data:
        # Listed, and deleted since; or its preview is not made yet.
        if bridge.immich.asset(asset_id) is None:
            forget_asset(bridge, asset_id, None)
        return
    # Noted before sending: bytes that were sent are found again, whatever Immich renders later.
    with bridge.state() as connection:
        digest = hashlib.sha256(data).digest()
        update_asset(connection, bridge.run, asset_id, sha256=digest)
    answer = _upload(bridge, asset_id, filename, data)
    with bridge.state() as connection:
        if isinstance(answer, Refusal):
            update_asset(connection, bridge.run, asset_id, problem=answer.reason)
            bridge.report.problem(f"{filename}: {answer.reason}")
            return
        note_sent(connection, bridge.run, asset_id, answer)
    bridge.report.count("pictures added")


def _upload(bridge: Bridge, asset_id: str, filename: str, data: bytes) -> str | Refusal:
    """Send a picture; return the id of its image."""
    with tempfile.NamedTemporaryFile() as spool:
        spool.write(data)
        spool.flush()
        with FileIO(spool.name) as handle:
            file = OpenFile(filename, handle, len(data))
            upload = partial(
                bridge.client.upload,
                [file],
                owner=bridge.options.owner,
                metadata={"immich": {"id": asset_id}},
            )
            (answer,) = patiently(upload, bridge.stop)
    return answer if isinstance(answer, Refusal) else answer.id
