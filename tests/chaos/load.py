"""Continuous load: pictures one by one and many at once, sent again until they are accepted."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.chaos.client import Client
from tests.chaos.pictures import Pictures

SINGLE_SENDERS = 2
SINGLE_PAUSE_SECONDS = 0.2
MANY_PICTURES = 12
MANY_PAUSE_SECONDS = 1.0
# After a refusal or a lost connection the same bytes are sent again.
RETRY_SECONDS = 0.5


@dataclass(frozen=True)
class Sender:
    """Sends one request after the other, with a pause between them."""

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


@contextmanager
def loading(client: Client, pictures: Pictures) -> Iterator[None]:
    """Load the stack for as long as the block runs."""
    stop = threading.Event()
    senders = [
        *(Sender(f"single-{number}", 1, SINGLE_PAUSE_SECONDS) for number in range(SINGLE_SENDERS)),
        Sender("many", MANY_PICTURES, MANY_PAUSE_SECONDS),
    ]
    threads = [
        threading.Thread(target=sender.run, args=(client, pictures, stop), daemon=True)
        for sender in senders
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
