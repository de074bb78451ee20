"""Continuous load: pictures one by one and many at once, corrections, and fine-tunes."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.chaos.load.client import Client
from tests.chaos.load.ledger import Ledger
from tests.chaos.load.pictures import Pictures

SINGLE_SENDERS = 2
SINGLE_PAUSE_SECONDS = 0.2
MANY_PICTURES = 12
MANY_PAUSE_SECONDS = 1.0
# After a refusal or a lost connection the same bytes are sent again.
RETRY_SECONDS = 0.5
CORRECTION_PAUSE_SECONDS = 0.3
RETRAIN_SECONDS = 15.0
# Tags of the corrector's own: what it says of them changes no tag that the audit looks at.
TAGS = ("chaos-red", "chaos-green", "chaos-blue")
VERDICTS = ("add", "add", "remove", "undo")


@dataclass(frozen=True)
class Sender:
    """Sends one request after another, with a pause between them."""

    owner: str
    pictures_per_request: int
    pause_seconds: float

    def run(self, client: Client, pictures: Pictures, stop: threading.Event) -> None:
        """Send until it is time to stop."""
        while not stop.is_set():
            batch = [pictures.next() for _ in range(self.pictures_per_request)]
            while not client.send(batch, self.owner) and not stop.wait(RETRY_SECONDS):
                continue
            stop.wait(self.pause_seconds)


def correct(client: Client, ledger: Ledger, stop: threading.Event) -> None:
    """Correct one image after another, until it is time to stop."""
    chance = random.Random(0)
    for tag in TAGS:
        while not (ids := ledger.healthy_ids()) or not client.correct(ids[0], "add", tag):
            if stop.wait(RETRY_SECONDS):
                return
    while not stop.wait(CORRECTION_PAUSE_SECONDS):
        image_id = chance.choice(ledger.healthy_ids())
        client.correct(image_id, chance.choice(VERDICTS), chance.choice(TAGS))


def retrain(client: Client, stop: threading.Event) -> None:
    """Queue runs again and again, until it is time to stop."""
    while not stop.wait(RETRAIN_SECONDS):
        client.retrain()


@contextmanager
def loading(client: Client, pictures: Pictures, ledger: Ledger) -> Iterator[None]:
    """Load the stack while the block runs."""
    stop = threading.Event()
    senders = [
        *(Sender(f"single-{number}", 1, SINGLE_PAUSE_SECONDS) for number in range(SINGLE_SENDERS)),
        Sender("many", MANY_PICTURES, MANY_PAUSE_SECONDS),
    ]
    threads = [
        threading.Thread(target=sender.run, args=(client, pictures, stop), daemon=True)
        for sender in senders
    ]
    threads += [
        threading.Thread(target=correct, args=(client, ledger, stop), daemon=True),
        threading.Thread(target=retrain, args=(client, stop), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
