"""Pictures that harm the worker, and files that are harmed between upload and worker."""

import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from shared.storage.storage import original_key
from tests.chaos.faults.faults import Scene, Strike, frozen
from tests.chaos.load.ledger import Due
from tests.chaos.load.pictures import Picture

OWNER = "victims"
VICTIMS = 3
BYSTANDERS = 5
SEND_AGAIN_SECONDS = 0.5
SEND_SECONDS = 60.0


def harm_blobs(harm: Callable[[Path], None]) -> Strike:
    """Damage the stored files of pictures that were accepted and are not yet tagged."""

    def strike(scene: Scene) -> float:
        with frozen(scene.stack.tree("worker")):
            pictures = [scene.pictures.next(Due.FAILED) for _ in range(VICTIMS)]
            for image_id in send_until_accepted(scene, pictures):
                harm(scene.stack.data.blobs / original_key(UUID(image_id)))
        return time.monotonic()

    return strike


def remove(blob: Path) -> None:
    """Delete the file."""
    blob.unlink()


def damage(blob: Path) -> None:
    """Overwrite the file with zeros of the same length."""
    blob.write_bytes(bytes(blob.stat().st_size))


def poison(marker: bytes) -> Strike:
    """Send a picture that harms its decoder, in one request with harmless ones."""

    def strike(scene: Scene) -> float:
        bystanders = [scene.pictures.next() for _ in range(BYSTANDERS)]
        send_until_accepted(scene, [scene.pictures.next(Due.FAILED, marker), *bystanders])
        return time.monotonic()

    return strike


def send_until_accepted(scene: Scene, pictures: list[Picture]) -> list[str]:
    """Send pictures until the server accepts them; return their ids, none if it never does."""
    deadline = time.monotonic() + SEND_SECONDS
    while time.monotonic() < deadline:
        if ids := scene.client.send(pictures, OWNER):
            return ids
        time.sleep(SEND_AGAIN_SECONDS)
    return []
