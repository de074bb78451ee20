"""What is known of fine-tune runs, for people, as queries."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select, text

from shared.db.schema import finetune_runs, tags


def count_queue(connection: Connection) -> int:
    """How many corrections no run has taken yet."""
    query = text("SELECT count(*) FROM corrections WHERE run_id IS NULL")
    return connection.execute(query).scalar_one()


def find_run(connection: Connection, run_id: int) -> RowMapping | None:
    """One run, with the slug of its tag."""
    return connection.execute(_described().where(finetune_runs.c.id == run_id)).mappings().first()


def list_runs(connection: Connection, limit: int) -> Sequence[RowMapping]:
    """The newest runs, with the slugs of their tags."""
    statement = _described().order_by(finetune_runs.c.id.desc()).limit(limit)
    return connection.execute(statement).mappings().all()


def _described() -> Select[Any]:
    return select(finetune_runs, tags.c.slug.label("tag")).outerjoin(tags)
