"""Write the progress of a run to its row while it learns."""

import time

from sqlalchemy import Engine

from services.trainer.runs.promotion import RunLost
from shared.db.connection.engine import transaction
from shared.db.models.runs.runs import Run, report_progress

# No one reads it more often, and frequent calls must cost nothing.
MIN_PAUSE_SECONDS = 0.5


class ProgressWriter:
    """Writes the stage and the share that is done, 0 to 1, every few seconds."""

    def __init__(self, engine: Engine, run: Run) -> None:
        self._engine = engine
        self._run = run
        self._stage = ""
        self._written_at = 0.0

    def __call__(self, stage: str, share: float) -> None:
        """Note the progress of the run.

        Raises:
            RunLost: another trainer has taken the run over.
            Unavailable: Postgres does not answer.
        """
        is_early = time.monotonic() - self._written_at < MIN_PAUSE_SECONDS
        if stage == self._stage and is_early:
            return
        self._stage, self._written_at = stage, time.monotonic()
        with transaction(self._engine) as connection:
            if not report_progress(connection, self._run, stage, share):
                raise RunLost
