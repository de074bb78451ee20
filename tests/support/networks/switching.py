"""Carry out switches to another network step by step."""

from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import text

from services.trainer.switching.switch import carry_out_due_switch
from services.trainer.trainer import Trainer
from services.worker.background.retag_jobs import run_due_jobs
from services.worker.switching.switcher import Switcher
from shared.db.connection.engine import transaction
from shared.db.models.switching.reading import find_last_switch
from shared.db.models.switching.switches import request_switch
from tests.support.networks.networks import REVERSED

MAX_STEPS = 20


class Switching:
    """Requests switches, and does the work of workers and trainers on them."""

    def __init__(self, switcher: Switcher, trainer: Trainer) -> None:
        self.switcher = switcher
        self.trainer = trainer
        self._engine = trainer.engine

    def begin(self, name: str = REVERSED, weights: str | None = None, *, gated: bool = True) -> int:
        """Request a switch; return its id."""
        with transaction(self._engine) as connection:
            return request_switch(connection, name, weights, gated=gated)

    def read(self) -> dict[str, Any]:
        """Return the newest switch."""
        with transaction(self._engine) as connection:
            row = find_last_switch(connection)
        assert row is not None
        return dict(row)

    def until(self, status: str) -> dict[str, Any]:
        """Work on the switch until it has a status; return it."""
        for _ in range(MAX_STEPS):
            if self.read()["status"] == status:
                return self.read()
            self.switcher.step()
        pytest.fail(f"still {self.read()}")

    def learn(self) -> None:
        """Do the trainer's part; the network is live afterwards, as if a while ago."""
        self.until("learning")
        carry_out_due_switch(self.trainer)
        assert self.read()["status"] == "finishing", self.read()
        with transaction(self._engine) as connection:
            for table in ("backbone_switches", "models"):
                connection.execute(
                    text(f"UPDATE {table} SET promoted_at = promoted_at - interval '1 hour'")
                )

    def carry_out(self) -> None:
        """Work on the switch to its end, and re-tag all images."""
        self.learn()
        self.until("done")
        # A slow machine needs more than one slice of time.
        while run_due_jobs(self._engine, self.trainer.storage, self.trainer.settings):
            pass

    def embeddings_by(self, name: str) -> dict[UUID, np.ndarray]:
        """Return the stored embeddings of a network, by image."""
        query = text("""
            SELECT image_id, embedding::real[] FROM embeddings
            JOIN backbones ON backbones.id = backbone_id WHERE name = :name
        """)
        with transaction(self._engine) as connection:
            return {row[0]: np.array(row[1]) for row in connection.execute(query, {"name": name})}
