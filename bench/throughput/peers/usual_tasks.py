"""The usual design, Celery's side: one task per image in the prefork pool.

`celery -A bench.throughput.peers.usual_tasks worker`. Celery needs an app when it imports this
module.
"""

import os
from typing import Any

import numpy as np
import psycopg2
from celery import Celery, signals

from bench.throughput.peers.eager import EagerTagger
from bench.throughput.peers.usual_settings import BROKER_VARIABLE, DATABASE_VARIABLE, TASK

app = Celery("usual", broker=os.environ[BROKER_VARIABLE])
app.conf.task_ignore_result = True


class Process:
    """State that a pool process keeps between tasks."""

    def open(self, **_: Any) -> None:
        """Load the network and connect, after the fork."""
        # One process per core, so one thread each.
        self.tagger = EagerTagger(threads=1)
        self.database = psycopg2.connect(os.environ[DATABASE_VARIABLE])


process = Process()
signals.worker_process_init.connect(process.open, weak=False)


@app.task(name=TASK)
def tag(picture_id: int, path: str) -> None:
    """Tag one picture: an INSERT for each tag, then an UPDATE."""
    with open(path, "rb") as file:  # noqa: PTH123
        pixels = process.tagger.decode(file)
    tags = process.tagger.tag(pixels[np.newaxis])[0]
    with process.database, process.database.cursor() as cursor:
        for number, probability in tags:
            cursor.execute(
                "INSERT INTO picture_tags VALUES (%s, %s, %s)", (picture_id, number, probability)
            )
        cursor.execute("UPDATE pictures SET status = 'tagged' WHERE id = %s", (picture_id,))
