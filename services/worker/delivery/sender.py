"""Hand due deliveries to threads, in batches for one destination each.

The rows are the queue. Postgres notifies of new deliveries, and the time of the next due one is
known. A check every few seconds finds missed ones.
"""

import queue
import threading
from concurrent.futures import ThreadPoolExecutor

import structlog

from services.worker.delivery.fair_scheduler import FairScheduler
from services.worker.delivery.send_batch import (
    LEASE_SECONDS,
    MAX_PER_BATCH,
    BatchResult,
    DeliveryContext,
    send_batch,
)
from shared.config import Settings
from shared.db.connection.engine import connect_engine, transaction
from shared.db.connection.listening import Listener
from shared.db.events.sending import Claimed, claim_due, find_waiting
from shared.db.images.notifications import DELIVERIES_CHANNEL
from shared.model.live.vocabulary import LiveVocabulary

# Threads mostly wait for receivers, and start on demand. There are many because a receiver that
# hangs holds one for 15 s, and dozens may hang.
THREADS = 64
# A batch needs a connection before it starts and when it ends, for milliseconds each.
CONNECTIONS = 4
LOOK_SECONDS = 5.0

log = structlog.get_logger(__name__)


class Sender:
    """Delivers events. It has its own threads and connections, so it never delays tagging."""

    def __init__(self, settings: Settings) -> None:
        self._engine = connect_engine(settings.database_url, CONNECTIONS)
        self._closing = threading.Event()
        self._wake = threading.Event()
        self._ended: queue.SimpleQueue[BatchResult] = queue.SimpleQueue()
        self._turns = FairScheduler(THREADS)
        self._sending = DeliveryContext(
            settings, self._engine, LiveVocabulary(self._engine), self._closing
        )
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="sender")
        self._listener = Listener(
            self._engine, DELIVERIES_CHANNEL, self._wake.set, lambda _: self._wake.set()
        )
        self._thread = threading.Thread(target=self._run, name="deliveries", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look for due deliveries now."""
        self._wake.set()

    def close(self) -> None:
        """Finish the attempts in progress and close everything."""
        self._closing.set()
        self._wake.set()
        self._thread.join()
        self._pool.shutdown()
        self._listener.close()
        self._engine.dispose()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._wake.clear()
            try:
                seconds = self._hand_out()
            # Postgres may not answer; the rows wait.
            except Exception:
                log.exception("deliveries were interrupted")
                seconds = LOOK_SECONDS
            self._wake.wait(min(seconds, LOOK_SECONDS))

    def _hand_out(self) -> float:
        """Start the batches that may start; return the seconds until the next look."""
        while True:
            while not self._ended.empty():
                ended = self._ended.get()
                self._turns.end(
                    ended.destination,
                    is_ill=ended.is_ill,
                    is_slow=ended.is_slow,
                    pause_seconds=ended.pause_seconds,
                )
            with transaction(self._engine) as connection:
                waiting = find_waiting(connection)
            due = {destination for destination, seconds in waiting.items() if seconds <= 0}
            later = [seconds for seconds in waiting.values() if seconds > 0]
            pauses = [self._turns.seconds_to_pause(destination) for destination in due]
            if not self._begin_turns(due):
                return min([*later, *(seconds for seconds in pauses if seconds), LOOK_SECONDS])

    def _begin_turns(self, due: set[str]) -> bool:
        """Start at most one batch for each destination; return whether any was started."""
        has_begun = False
        while not self._closing.is_set() and (destination := self._turns.choose(due)) is not None:
            due.discard(destination)
            with transaction(self._engine) as connection:
                claimed = claim_due(connection, destination, MAX_PER_BATCH, LEASE_SECONDS)
            if claimed is not None:
                has_begun = True
                self._turns.begin(destination)
                self._pool.submit(self._turn, claimed)
        return has_begun

    def _turn(self, claimed: Claimed) -> None:
        ended = BatchResult(claimed.destination, is_ill=True)
        try:
            ended = send_batch(self._sending, claimed)
        # After any error the claim's lease runs out, and other destinations are served.
        except Exception:
            log.exception("a turn was interrupted", destination=claimed.destination)
        finally:
            self._ended.put(ended)
            self._wake.set()
