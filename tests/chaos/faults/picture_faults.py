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
    """Harm the stored files of pictures that were accepted and are not yet tagged."""

    def strike(scene: Scene) -> float:
        with frozen(scene.stack.tree("worker")):
            pictures = [scene.pictures.next(Due.FAILED) for _ in range(VICTIMS)]
            for image_id in send_until_accepted(scene, pictures):
                harm(scene.stack.data.blobs / original_key(UUID(image_id)))
        return time.monotonic()

    return strike


def remove(blob: Path) -> None:
    """The file is gone."""
    blob.unlink()


def damage(blob: Path) -> None:
    """The file has its length, and nothing in it any more."""
    blob.write_bytes(bytes(blob.stat().st_size))


def poison(marker: bytes) -> Strike:
    """A picture that harms its decoder, in one request with pictures that do not."""

    def strike(scene: Scene) -> float:
        bystanders = [scene.pictures.next() for _ in range(BYSTANDERS)]
        send_until_accepted(scene, [scene.pictures.next(Due.FAILED, marker), *bystanders])
        return time.monotonic()

    return strike


def send_until_accepted(scene: Scene, pictures: list[Picture]) -> list[str]:
    """Send pictures until the server takes them; their ids, or nothing when it never does."""
    deadline = time.monotonic() + SEND_SECONDS
    while time.monotonic() < deadline:
        if ids := scene.client.send(pictures, OWNER):
            return ids
        time.sleep(SEND_AGAIN_SECONDS)
    return []
